package substance

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// word is a run of letters and digits in a text.
type word struct {
	text     string // folded
	from, to int    // rune offsets in the text, to exclusive
	broken   bool   // a separator stands before it that no name goes across
}

// greek are the letters that chemists write out.
var greek = map[rune]string{'α': "alpha", 'β': "beta", 'γ': "gamma", 'δ': "delta", 'Δ': "delta", 'ω': "omega"}

// split cuts a text into folded words. A comma, semicolon, slash, plus or ampersand that is followed by a blank, and a
// line's end, separate names; within a name ("3,4-methylenedioxy…") they do not.
func split(text string) []word {
	var out []word
	var b strings.Builder
	from, at, broken := 0, 0, false
	var last rune // the last separator but blanks
	flush := func(to int) {
		if b.Len() > 0 {
			out = append(out, word{text: b.String(), from: from, to: to, broken: broken})
			b.Reset()
			broken, last = false, 0
		}
	}
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) {
			if b.Len() == 0 {
				from = at
				broken = broken || strings.ContainsRune(";/+&|", last) && last != 0
			}
			writeFolded(&b, r)
		} else {
			flush(at)
			switch {
			case r == '\n' || r == '\r' || last == ',' && unicode.IsSpace(r):
				broken = true
			case !unicode.IsSpace(r):
				last = r
			}
		}
		at++
	}
	flush(at)
	return out
}

func writeFolded(b *strings.Builder, r rune) {
	if r < 0x80 {
		b.WriteRune(unicode.ToLower(r))
		return
	}
	if g, ok := greek[r]; ok {
		b.WriteString(g)
		return
	}
	for _, d := range norm.NFKD.String(string(r)) {
		switch {
		case unicode.Is(unicode.Mn, d) || d == 'ـ':
		case d == 'أ' || d == 'إ' || d == 'آ':
			b.WriteRune('ا')
		case d == 'ى':
			b.WriteRune('ي')
		case d == 'ة':
			b.WriteRune('ه')
		default:
			b.WriteRune(unicode.ToLower(d))
		}
	}
}

// key is how names are compared: folded letters and digits, nothing between.
func key(name string) string {
	var b strings.Builder
	for _, w := range split(name) {
		b.WriteString(w.text)
	}
	return b.String()
}

// ordinary are words that stand beside substances' names in reports, roughly in the six languages; they are never
// substances and never misspelt ones.
var ordinary = set(`accident accidental accidente acute aguda aigu aiguë after agonist analog analogue analogues analogs and associated
aspiration asphyxia abuse addiction administration adverse anoxic arrest arteriosclerotic artery atherosclerotic because blood body brain
cardiac cardiovascular cause causes caused certificate chronic combination combined complicating complications conditions consistent consumption
contributing contributory coronary crushed death deaths décès decedent delayed dependence derivative detected disease disorder diabetes drug drugs drogas drogue
due effect effects efectos ethanolism exposure failure fatal female following formulation found from hanging heart hepatic home hydrochloride
hypertensive hypothermia hypoxic illicit including independent ingestion inhalation injection injected injury intoxicación intoxicacion intoxication intoxications intoxicação
intravenous involving liquid liver lung male medication medications medicine metabolite metabolites mixed mixture multiple muerte mort natural
neck negative nos obesity obstructive other otros overdose overdoses sobredosis surdose overuse paraphernalia patch patient pending pills pneumonia
poisoning polydrug polysubstance possible powder prescription presumed probable pulmonary recent residue respiratory result sample seizure
severe sobredose status street substance substances sudden sulfate sulphate suspected syndrome tablet tablets therapeutic toxic toxicity toxicities toxicology
toxicidad toxicité trauma unknown unspecified use used using with within without without opioids manner undetermined complicated
острое отравление смерть передозировка вещество наркотик смесь تسمم حاد وفاة جرعة مفرطة مادة مخدر
while swimming water drowning bathtub vehicle collision blunt force fall hemorrhage subdural sepsis bronchopneumonia cardiomyopathy cirrhosis dilated
cancer asthma infection hepatitis thermal burns smoke carbon monoxide inflammatory ischemic morbid hypertension emphysema epilepsy inhaled`)

func set(text string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(text) {
		m[key(w)] = true
	}
	return m
}

// endings are how names of substances end; a word that ends so and is not known may be one.
var endings = []string{"ine", "one", "ol", "lam", "pam", "ate", "ide", "nyl", "anil", "zene", "zine", "phan", "tal", "fen", "ene", "pine", "caine", "orphine", "cillin", "zole", "pril", "statin", "ryl", "barb"}

func likeSubstance(w string) bool {
	if len(w) < 5 || ordinary[w] {
		return false
	}
	letters, digits := 0, 0
	for _, r := range w {
		if unicode.IsDigit(r) {
			digits++
		} else if r < 0x80 {
			letters++
		}
	}
	if digits > 0 {
		return letters >= 2 && digits >= 2
	}
	for _, e := range endings {
		if strings.HasSuffix(w, e) {
			return len(w) >= 7
		}
	}
	return false
}
