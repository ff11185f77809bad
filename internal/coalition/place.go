package coalition

// Countries returns the codes of all countries and territories, sorted.
func (d *Directory) Countries() []string { return d.codes }

// CountryName returns a country's name in the language, else in English.
func (d *Directory) CountryName(code, lang string) (string, bool) {
	c, ok := d.countries[code]
	if !ok {
		return "", false
	}
	return named(c.Names, lang), true
}

// PlaceName returns the name of a country (ISO 3166-1 alpha-2) or of a subdivision (ISO 3166-2) in the language. Of a
// country whose subdivisions are not listed, any well-formed code is a place, and the code stands for its name.
func (d *Directory) PlaceName(code, lang string) (string, bool) {
	if len(code) == 2 {
		return d.CountryName(code, lang)
	}
	if !subdivisionForm(code) {
		return "", false
	}
	c, ok := d.countries[code[:2]]
	if !ok {
		return "", false
	}
	country := named(c.Names, lang)
	if c.Parts == nil {
		return code[3:] + ", " + country, true
	}
	name, ok := c.Parts[code[3:]]
	return name + ", " + country, ok
}

// Subdivisions returns the listed subdivisions of a country: the part of the code after the hyphen → English name.
func (d *Directory) Subdivisions(country string) map[string]string {
	if c, ok := d.countries[country]; ok {
		return c.Parts
	}
	return nil
}

// subdivisionForm reports whether a code is two capital letters, a hyphen and one to three capital letters or digits.
func subdivisionForm(code string) bool {
	if len(code) < 4 || len(code) > 6 || code[2] != '-' {
		return false
	}
	for i, r := range code {
		letter, digit := r >= 'A' && r <= 'Z', r >= '0' && r <= '9'
		if i != 2 && !letter && (!digit || i < 2) {
			return false
		}
	}
	return true
}
