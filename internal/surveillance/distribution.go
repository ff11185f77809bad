package surveillance

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// countDistribution is the Poisson distribution (dispersion 1) or the negative binomial one with the given mean and
// variance dispersion × mean.
type countDistribution struct{ mean, dispersion float64 }

// poissonLike tells where the negative binomial cannot be told from the Poisson distribution in double precision.
func (d countDistribution) poissonLike() bool {
	return d.dispersion <= 1 || d.mean/(d.dispersion-1) > 1e9
}

func (d countDistribution) size() float64 { return d.mean / (d.dispersion - 1) }

// finite tells whether mean and dispersion are numbers that describe a distribution.
func (d countDistribution) finite() bool {
	return d.mean > 0 && d.dispersion > 0 && !math.IsInf(d.mean, 0) && !math.IsInf(d.dispersion, 0) &&
		(d.poissonLike() || d.size() > 0)
}

// upperTail is the probability of a count ≥ y.
func (d countDistribution) upperTail(y float64) float64 {
	y = math.Ceil(y)
	switch {
	case !d.finite():
		return math.NaN()
	case y <= 0:
		return 1
	case d.poissonLike():
		return mathext.GammaIncReg(y, d.mean)
	}
	return mathext.RegIncBeta(y, d.size(), 1-1/d.dispersion)
}

// cdf is the probability of a count ≤ k, k whole and ≥ 0.
func (d countDistribution) cdf(k float64) float64 {
	if d.poissonLike() {
		return mathext.GammaIncRegComp(k+1, d.mean)
	}
	return mathext.RegIncBeta(d.size(), k+1, 1/d.dispersion)
}

// quantile is the smallest whole k with P(count ≤ k) ≥ p, 0 < p < 1.
func (d countDistribution) quantile(p float64) float64 {
	if !d.finite() {
		return math.NaN()
	}
	target := p * (1 - 64*0x1p-52)
	low, high := d.bracket(p, target)
	for high-low > 1 {
		mid := math.Floor((low + high) / 2)
		if mid <= low || mid >= high {
			break
		}
		if d.cdf(mid) >= target {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// bracket returns whole numbers low < high with cdf(low) < target ≤ cdf(high), around the Cornish-Fisher
// approximation; low may be −1.
func (d countDistribution) bracket(p, target float64) (low, high float64) {
	sd := math.Sqrt(d.mean * max(d.dispersion, 1))
	skew := (2*max(d.dispersion, 1) - 1) / sd
	z := mathext.NormalQuantile(p)
	guess := max(0, math.Round(d.mean+sd*(z+skew*(z*z-1)/6)))
	step := 1.0
	if d.cdf(guess) >= target {
		high = guess
		for low = guess - step; low >= 0 && d.cdf(low) >= target; low -= step {
			high = low
			step *= 2
		}
		return max(low, -1), high
	}
	low = guess
	for high = guess + step; d.cdf(high) < target && step < 1e300; high += step {
		low = high
		step *= 2
	}
	return low, high
}

// normalUpperTail is the probability that a standard normal variable exceeds z.
func normalUpperTail(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// studentTwoSided is the probability that |T| exceeds |t| with df degrees of freedom.
func studentTwoSided(t, df float64) float64 {
	if math.IsNaN(t) || math.IsNaN(df) || df <= 0 {
		return math.NaN()
	}
	return mathext.RegIncBeta(df/2, 0.5, df/(df+t*t))
}
