// Package surveillance finds the unusual in series of counts: slices in, results out, no I/O and no clock.
//
// Indices of a series are counted from 1, as the literature and its reference software do. An undefined number is
// NaN.
//
// Methods: Farrington, Andrews, Beale and Catchpole (1996), J R Stat Soc A 159:547-563; Noufaily, Enki, Farrington,
// Garthwaite, Andrews and Charlett (2013), Stat Med 32:1206-1222; Hutwagner, Thompson, Seeman and Treadwell (2003),
// J Urban Health 80:i89-i96, for EARS. Where a paper leaves a choice open, results follow those of the R package
// surveillance 1.20.3 (Salmon, Schumacher and Höhle 2016, J Stat Softw 70(10)).
package surveillance
