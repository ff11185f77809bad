package surveillance

// Episode is a run of alarms that belong together.
type Episode struct {
	First, Last int // positions (from 0) of its first and last alarm
	Alarms      int
}

// Tracker joins alarms into episodes week by week: an alarm begins a new episode when at least Quiet weeks (and one in
// any case) passed without any. The zero Tracker is ready for use.
type Tracker struct {
	Quiet int // weeks

	open  bool
	since int // weeks since the last alarm
}

// Next takes the next week and reports whether an episode begins in it.
func (t *Tracker) Next(alarm bool) bool {
	if !alarm {
		if t.open {
			t.since++
			t.open = t.since < t.Quiet
		}
		return false
	}
	begins := !t.open
	t.open, t.since = true, 0
	return begins
}

// Episodes joins the alarms of consecutive weeks into episodes: a new one begins only after at least quiet weeks
// (and one in any case) without an alarm.
func Episodes(alarms []bool, quiet int) []Episode {
	var out []Episode
	t := Tracker{Quiet: quiet}
	for i, a := range alarms {
		switch {
		case t.Next(a):
			out = append(out, Episode{First: i, Last: i, Alarms: 1})
		case a:
			e := &out[len(out)-1]
			e.Last = i
			e.Alarms++
		}
	}
	return out
}
