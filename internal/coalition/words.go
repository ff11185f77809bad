package coalition

import "sync"

// words holds the shipped facts' English texts in the other five languages, by language and English text.
var words = sync.OnceValues(func() (map[string]map[string]string, error) {
	out := map[string]map[string]string{}
	for _, l := range Languages[1:] {
		m := map[string]string{}
		if err := decode("words."+l+".yaml", &m); err != nil {
			return nil, err
		}
		out[l] = m
	}
	return out, nil
})

// Words returns a shipped fact's English text in every language; a language that has none for it gets the English one.
func Words(english string) map[string]string {
	all, _ := words() // a test reads them; without them every text is English
	out := map[string]string{"en": english}
	for _, l := range Languages[1:] {
		if out[l] = all[l][english]; out[l] == "" {
			out[l] = english
		}
	}
	return out
}
