package surveillance

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// ThresholdMethod is how the flexible Farrington method turns the predicted mean into a threshold.
type ThresholdMethod int

const (
	// Delta is the normal approximation on a power scale, with the uncertainty of the mean (Farrington et al. 1996).
	Delta ThresholdMethod = iota
	// NegativeBinomialPlugin is a quantile of the negative binomial distribution at the predicted mean (Noufaily et al. 2013).
	NegativeBinomialPlugin
	// Muan is that quantile at an upper quantile of the predicted mean (Salmon, Schumacher and Höhle 2016).
	Muan
)

// ParseThresholdMethod reads the names delta, nbPlugin and muan.
func ParseThresholdMethod(name string) (ThresholdMethod, bool) {
	switch name {
	case "delta":
		return Delta, true
	case "nbPlugin":
		return NegativeBinomialPlugin, true
	case "muan":
		return Muan, true
	}
	return 0, false
}

// PowerTransform is the scale on which counts are taken for normal.
type PowerTransform int

const (
	// PowerTwoThirds removes skewness from a Poisson count.
	PowerTwoThirds PowerTransform = iota
	// PowerHalf stabilises its variance.
	PowerHalf
	// PowerNone leaves counts as they are.
	PowerNone
)

// ParsePowerTransform reads the names 2/3, 1/2 and none.
func ParsePowerTransform(name string) (PowerTransform, bool) {
	switch name {
	case "2/3":
		return PowerTwoThirds, true
	case "1/2":
		return PowerHalf, true
	case "none":
		return PowerNone, true
	}
	return 0, false
}

// scale returns the exponent and the standard deviation of the transformed count.
func (p PowerTransform) scale(mean, tau float64) (exponent, sd float64) {
	switch p {
	case PowerHalf:
		return 0.5, math.Sqrt(tau / 4)
	case PowerNone:
		return 1, math.Sqrt(mean * tau)
	}
	return 2.0 / 3, math.Sqrt(4.0 / 9 * math.Cbrt(mean) * tau)
}

// deltaThreshold returns the upper threshold at level alpha and the upper tail probability of y, for a predicted mean
// with standard error se and a dispersion phi.
func deltaThreshold(mean, se, phi, alpha float64, p PowerTransform, y float64) (upper, tail float64) {
	exponent, sd := p.scale(mean, phi+se*se/mean)
	centre := math.Pow(mean, exponent)
	upper = math.Pow(centre+mathext.NormalQuantile(1-alpha)*sd, 1/exponent)
	return upper, normalUpperTail((math.Pow(y, exponent) - centre) / sd)
}
