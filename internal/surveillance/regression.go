package surveillance

import "math"

const (
	irlsTolerance  = 1e-8 // relative change of the deviance, as in R's glm.control
	irlsIterations = 25
	smallestMean   = 0x1p-52 // floor of the fitted mean under the log link
)

// regression fits a quasi-Poisson log-linear model with one intercept per group and, if wanted, one common slope in
// time, by iteratively reweighted least squares. The normal equations of that model are solved in closed form: the
// slope from the values centred within their groups, then each intercept from its group's means, so one iteration
// is linear in the number of observations.
//
// Start values, stopping rule and the fact that weights and leverages belong to the last iteration's start while
// residuals belong to its end are those of R's glm.fit: the dispersion depends on them in the fifth digit.
type regression struct {
	y     []float64 // counts
	lag   []int     // period of each observation, ascending, from 0
	group []int     // group of each observation
	prior []float64 // prior weights

	yLogY, eta, mu, weight, z []float64

	power  []float64 // exp(slope · (lag − middle)) for every lag
	middle float64

	groups    int // groups that have observations
	intercept []float64
	slope     float64
	oldInter  []float64
	oldSlope  float64

	sumW, meanT, meanZ []float64 // by group, of the last iteration
	spread             float64   // Σ w (t − mean t of the group)²
	hasTrend           bool
	converged          bool
}

// reset empties the observations; groups are numbered 0 to count-1.
func (r *regression) reset(count int) {
	r.y, r.lag, r.group = r.y[:0], r.lag[:0], r.group[:0]
	r.intercept, r.oldInter = resize(r.intercept, count), resize(r.oldInter, count)
	r.sumW, r.meanT, r.meanZ = resize(r.sumW, count), resize(r.meanT, count), resize(r.meanZ, count)
}

func (r *regression) add(y float64, lag, group int) {
	r.y, r.lag, r.group = append(r.y, y), append(r.lag, lag), append(r.group, group)
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// rank is the number of coefficients fitted.
func (r *regression) rank() int {
	if r.hasTrend {
		return r.groups + 1
	}
	return r.groups
}

// prepare sizes the buffers and sets all prior weights to 1.
func (r *regression) prepare() {
	n := len(r.y)
	r.eta, r.mu, r.weight, r.z = resize(r.eta, n), resize(r.mu, n), resize(r.weight, n), resize(r.z, n)
	r.prior, r.yLogY = resize(r.prior, n), resize(r.yLogY, n)
	for i := range r.prior {
		r.prior[i] = 1
	}
	clear(r.sumW)
	for _, g := range r.group {
		r.sumW[g] = 1
	}
	r.groups = 0
	for _, w := range r.sumW {
		if w > 0 {
			r.groups++
		}
	}
	if n > 0 {
		r.middle = math.Floor(float64(r.lag[n-1]) / 2)
		r.power = resize(r.power, r.lag[n-1]+1)
	}
}

// fit runs the iterations with the present prior weights and reports whether they converged.
func (r *regression) fit(trend bool) bool {
	r.hasTrend, r.converged = trend, false
	if len(r.y) <= r.rank() {
		return false
	}
	deviance := r.start()
	for i := range irlsIterations {
		copy(r.oldInter, r.intercept)
		r.oldSlope = r.slope
		if !r.solve() {
			return false
		}
		d := r.predict()
		for half := 0; math.IsInf(d, 0) || math.IsNaN(d); half++ {
			if i == 0 || half == irlsIterations {
				return false
			}
			r.halve()
			d = r.predict()
		}
		if math.Abs(d-deviance)/(math.Abs(d)+0.1) < irlsTolerance {
			r.converged = true
			return true
		}
		deviance = d
	}
	return false
}

// start sets the means to the counts plus 0.1 and returns their deviance.
func (r *regression) start() float64 {
	clear(r.intercept)
	r.slope = 0
	d := 0.0
	for i, y := range r.y {
		f := functionsOf(y)
		r.yLogY[i] = f.yLogY
		r.eta[i], r.mu[i] = f.logShifted, y+0.1
		d += r.prior[i] * (f.yLogY - y*f.logShifted + 0.1)
	}
	return 2 * d
}

// solve does one weighted least squares step.
func (r *regression) solve() bool {
	clear(r.sumW)
	clear(r.meanT)
	clear(r.meanZ)
	for i, y := range r.y {
		g, m := r.group[i], r.mu[i]
		w := r.prior[i] * m
		z := r.eta[i] + (y-m)/m
		r.weight[i], r.z[i] = w, z
		r.sumW[g] += w
		r.meanT[g] += w * (float64(r.lag[i]) - r.middle)
		r.meanZ[g] += w * z
	}
	for g, w := range r.sumW {
		if w > 0 {
			r.meanT[g] /= w
			r.meanZ[g] /= w
		}
	}
	r.slope, r.spread = 0, 0
	if r.hasTrend {
		cross := 0.0
		for i, w := range r.weight {
			g := r.group[i]
			t := float64(r.lag[i]) - r.middle - r.meanT[g]
			r.spread += w * t * t
			cross += w * t * (r.z[i] - r.meanZ[g])
		}
		r.slope = cross / r.spread
	}
	for g := range r.intercept {
		r.intercept[g] = r.meanZ[g] - r.slope*r.meanT[g]
		if math.IsNaN(r.intercept[g]) || math.IsInf(r.intercept[g], 0) {
			return false
		}
	}
	return !math.IsNaN(r.slope) && !math.IsInf(r.slope, 0)
}

// predict sets linear predictors and means from the coefficients and returns the deviance.
func (r *regression) predict() float64 {
	direct := r.tabulate()
	level := r.meanZ // spent by now
	for g, a := range r.intercept {
		level[g] = math.Exp(a)
		direct = direct || math.IsInf(level[g], 0)
	}
	d := 0.0
	for i, y := range r.y {
		g, l := r.group[i], r.lag[i]
		eta := r.intercept[g] + r.slope*(float64(l)-r.middle)
		m := level[g] * r.power[l]
		if direct {
			m = math.Exp(eta)
		}
		m = max(m, smallestMean)
		r.eta[i], r.mu[i] = eta, m
		d += r.prior[i] * (r.yLogY[i] - y*eta - y + m)
	}
	return 2 * d
}

// tabulate sets exp(slope · (lag − middle)) for every lag by repeated multiplication, and reports whether the slope
// is too steep for that.
func (r *regression) tabulate() (direct bool) {
	if !r.hasTrend {
		for l := range r.power {
			r.power[l] = 1
		}
		return false
	}
	if math.Abs(r.slope)*float64(len(r.power)) > 600 {
		return true
	}
	p, step := math.Exp(-r.slope*r.middle), math.Exp(r.slope)
	for l := range r.power {
		r.power[l] = p
		p *= step
	}
	return false
}

// halve moves the coefficients half way back to those of the iteration before.
func (r *regression) halve() {
	for g := range r.intercept {
		r.intercept[g] = (r.intercept[g] + r.oldInter[g]) / 2
	}
	r.slope = (r.slope + r.oldSlope) / 2
}

// residualDF is the number of observations less the number of coefficients.
func (r *regression) residualDF() float64 { return float64(len(r.y) - r.rank()) }

// dispersion is the Pearson statistic over the residual degrees of freedom, with the given weights of the squared
// working residuals.
func (r *regression) dispersion(weight []float64) float64 {
	sum := 0.0
	for i, m := range r.mu {
		e := (r.y[i] - m) / m
		sum += weight[i] * e * e
	}
	return sum / r.residualDF()
}

// unscaledVariance is the variance of the linear predictor at a lag in a group, for a dispersion of 1.
func (r *regression) unscaledVariance(lag, group int) float64 {
	v := 1 / r.sumW[group]
	if r.hasTrend {
		t := float64(lag) - r.middle - r.meanT[group]
		v += t * t / r.spread
	}
	return v
}

// linear is the linear predictor at a lag in a group.
func (r *regression) linear(lag, group int) float64 {
	return r.intercept[group] + r.slope*(float64(lag)-r.middle)
}

// reweight turns the prior weights down to the inverse square of the standardised Anscombe residual where that is
// above the threshold, and scales the weights to a mean of 1.
func (r *regression) reweight(threshold, phi float64) {
	sum := 0.0
	for i, y := range r.y {
		h := r.weight[i] * r.unscaledVariance(r.lag[i], r.group[i])
		w := 1.0
		if h < 1-10*smallestMean {
			root := math.Sqrt(r.mu[i])
			s := 1.5 * (functionsOf(y).twoThirds/math.Cbrt(root) - root) / math.Sqrt(phi*(1-h))
			if s > threshold {
				w = 1 / (s * s)
			}
		}
		r.prior[i] = w
		sum += w
	}
	scale := float64(len(r.y)) / sum
	for i := range r.prior {
		r.prior[i] *= scale
	}
}

// functions holds what the fit needs of a count.
type functions struct{ logShifted, yLogY, twoThirds float64 }

var tabulated = func() (t [1024]functions) {
	for y := range t {
		t[y] = computeFunctions(float64(y))
	}
	return t
}()

func functionsOf(y float64) functions {
	if i := int(y); y < float64(len(tabulated)) && float64(i) == y {
		return tabulated[i]
	}
	return computeFunctions(y)
}

func computeFunctions(y float64) functions {
	f := functions{logShifted: math.Log(y + 0.1), twoThirds: math.Cbrt(y * y)}
	if y > 0 {
		f.yLogY = y * math.Log(y)
	}
	return f
}
