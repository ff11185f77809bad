package locales

import "time"

// Say words a message key in a language outside a request: for letters and the command line. Params are the
// placeholders by name; the one named "n" also chooses the plural form.
func Say(code, key string, params map[string]any) string {
	args := make([]any, 0, 2*len(params))
	for name, v := range params {
		args = append(args, name, v)
	}
	return New(code, time.UTC, Auto).T(key, args...)
}
