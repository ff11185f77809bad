package simulation

import (
	"encoding/json"
	"fmt"
	"slices"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/detection"
	"tocsin/internal/record"
)

// warning takes the signal of kush in Sierra Leone to an alert that countries acknowledge, and others to where analysts
// have taken them.
func (p *play) warning() {
	p.adopt("kush-signal", "SL", "nitazene")
	p.adopt("fentanyl-signal", "GH", "fentanyl")
	p.adopt("captagon-signal", "JO", "fenetylline")
	p.assess("kush-signal", move{"assess", analyst, ""}, move{"confirm", analyst, "Laboratory findings, deaths and hospital reports agree; a second laboratory has repeated the analysis."})
	p.assess("fentanyl-signal", move{"assess", analyst, ""}, move{"confirm", reviewer, "Ampoules of one make, diverted from pharmacies."})
	p.assess("captagon-signal", move{"watch", analyst, "One border post; the next weeks will show."})
	p.alert()
	for _, x := range []reply{{by: focal, note: "Hospitals and the police have been told; naloxone is being sent to four districts."}, {by: physician, note: "Wards in Monrovia have been told."},
		{by: laboratory}, {by: france, note: "Transmis au réseau national."}} {
		p.do(x.by, "acknowledging the alert", func(v app.Viewer) error {
			r, err := p.find("kush-alert")
			if err != nil {
				return err
			}
			return p.a.Acknowledge(p.ctx, v, r.ID, x.note)
		})
	}
}

// adopt names a signal that the detection has found: the newest from laboratories, or the newest at all.
func (p *play) adopt(name, place, about string) {
	if p.err != nil {
		return
	}
	l, err := p.a.List(p.ctx, app.Operator, app.Query{Kind: "signal", Place: place, Substance: about, Limit: app.MaxPage})
	if err != nil {
		p.err = fmt.Errorf("looking for a signal of %s in %s: %w", about, place, err)
		return
	}
	if len(l.Records) == 0 {
		p.err = fmt.Errorf("there is no signal of %s in %s: the detection comes first", about, place)
		return
	}
	i := slices.IndexFunc(l.Records, func(s *app.Shown) bool {
		u, ok := s.Fields.(*detection.Unusual)
		return ok && u.Source == "identification"
	})
	p.made[name] = l.Records[max(i, 0)].Record
}

// assess takes those of the steps that lead on from where a signal is.
func (p *play) assess(name string, steps ...move) {
	k, _ := kinds.Get("signal")
	for _, m := range steps {
		r := p.made[name]
		if p.err != nil || r == nil {
			return
		}
		if _, ok := k.Workflow.Step(m.step, r.State); ok {
			p.move(name, m)
		}
	}
}

// alert drafts the alert as the page of the signal does. A second person clears it.
func (p *play) alert() {
	p.do(analyst, "the alert of kush", func(v app.Viewer) error {
		s, err := p.find("kush-signal")
		if err != nil {
			return err
		}
		d, err := p.a.WarnOf(p.ctx, v, s.ID)
		if err != nil {
			return err
		}
		var w detection.Warning
		if err := json.Unmarshal(d.Body, &w); err != nil {
			return err
		}
		w.Grade, w.Severity, w.Certainty, w.Expires = "warning", "extreme", "observed", p.day(60)
		w.Instruction = text{"en": "Treat anybody who has smoked kush and breathes slowly as an opioid overdose: air first, then naloxone, repeated where it is needed.",
			"es": "Trate como sobredosis de opioides a quien haya fumado kush y respire despacio: primero aire, luego naloxona, repetida si hace falta.", "ar": "عاملوا من دخّن الكوش وتباطأ تنفسه معاملة جرعة أفيونية زائدة: التهوية أولا ثم النالوكسون، ويكرر عند الحاجة.",
			"fr": "Traitez comme une surdose d'opioïdes toute personne qui a fumé du kush et respire lentement : ventiler d'abord, puis naloxone, répétée au besoin.", "pt": "Trate como overdose de opioides quem fumou kush e respira devagar: primeiro ar, depois naloxona, repetida se necessário.",
			"ru": "Если человек курил «куш» и дышит медленно, действуйте как при передозировке опиоидов: сначала дыхание, затем налоксон, при необходимости повторно."}
		if d.Body, err = json.Marshal(w); err != nil {
			return err
		}
		d.Sharing = record.Sharing{TLP: record.Green}
		d.Title = text{"en": "Nitazenes in kush in Sierra Leone", "es": "Nitacenos en el kush en Sierra Leona", "ar": "النيتازينات في الكوش في سيراليون", "fr": "Des nitazènes dans le kush en Sierra Leone", "pt": "Nitazenos no kush em Serra Leoa", "ru": "Нитазены в «куше» в Сьерра-Леоне"}
		d.Summary = text{"en": "Laboratories have found protonitazene in plant material sold as kush. Deaths rise in the same weeks. Neighbouring countries should expect the same.",
			"fr": "Des laboratoires ont trouvé de la protonitazène dans des plantes vendues comme kush. Les décès augmentent les mêmes semaines. Les pays voisins doivent s'attendre à la même chose."}
		p.made["kush-alert"], err = p.a.Create(p.ctx, v, app.AsSimulated(d))
		return err
	})
	p.move("kush-alert", move{"clear", reviewer, ""})
	p.move("kush-alert", move{"issue", analyst, ""})
}
