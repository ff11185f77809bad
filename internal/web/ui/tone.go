package ui

// Tone is how a badge, message or change speaks. Every tone has its own icon, so that colour never says it alone.
type Tone string

// The tones.
const (
	Neutral   Tone = "neutral"
	Info      Tone = "info"
	Good      Tone = "good"
	Attention Tone = "attention"
	Bad       Tone = "bad"
)

var toneIcons = map[Tone]struct{ Icon string }{
	Neutral:   {Icon: "point"},
	Info:      {Icon: "info-circle"},
	Good:      {Icon: "circle-check"},
	Attention: {Icon: "alert-triangle"},
	Bad:       {Icon: "alert-octagon"},
}

// class returns the style class of the tone; the classes stand whole here for the style sheet's build to find.
func (t Tone) class() string {
	switch t {
	case Info:
		return "tone-info"
	case Good:
		return "tone-good"
	case Attention:
		return "tone-attention"
	case Bad:
		return "tone-bad"
	}
	return "tone-neutral"
}

func (t Tone) icon() string {
	if i, ok := toneIcons[t]; ok {
		return i.Icon
	}
	return toneIcons[Neutral].Icon
}

// role returns how assistive technology announces a message of the tone.
func (t Tone) role() string {
	if t == Bad || t == Attention {
		return "alert"
	}
	return "status"
}
