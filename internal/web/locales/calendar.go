package locales

// calendar holds the words with which a language writes dates and lists. Patterns hold D, M and Y.
type calendar struct {
	months   [12]string // as they stand after a day
	standing [12]string // as they stand alone
	short    [12]string
	pattern  string
	month    string
	first    string // the first day of a month where it is not "1"
	at       string // between date and time
	comma    string
	and      string
}

var enMonths = [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
var esMonths = [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}
var frMonths = [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
var ptMonths = [12]string{"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"}

// arMonths joins the names of the Arab East and of Egypt and the Gulf, as the United Nations' Arabic documents do.
var arMonths = [12]string{"كانون الثاني/يناير", "شباط/فبراير", "آذار/مارس", "نيسان/أبريل", "أيار/مايو", "حزيران/يونيه", "تموز/يوليه", "آب/أغسطس", "أيلول/سبتمبر", "تشرين الأول/أكتوبر", "تشرين الثاني/نوفمبر", "كانون الأول/ديسمبر"}

var calendars = map[string]calendar{
	"en": {
		months: enMonths, standing: enMonths,
		short:   [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		pattern: "D M Y", month: "M Y", at: ", ", comma: ", ", and: " and ",
	},
	"ar": {
		months: arMonths, standing: arMonths,
		short:   [12]string{"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيه", "يوليه", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"},
		pattern: "D M Y", month: "M Y", at: "، ", comma: "، ", and: " و",
	},
	"es": {
		months: esMonths, standing: esMonths,
		short:   [12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
		pattern: "D de M de Y", month: "M de Y", at: ", ", comma: ", ", and: " y ",
	},
	"fr": {
		months: frMonths, standing: frMonths,
		short:   [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
		pattern: "D M Y", month: "M Y", first: "1er", at: " à ", comma: ", ", and: " et ",
	},
	"pt": {
		months: ptMonths, standing: ptMonths,
		short:   [12]string{"jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."},
		pattern: "D de M de Y", month: "M de Y", first: "1º", at: ", ", comma: ", ", and: " e ",
	},
	"ru": {
		months:   [12]string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
		standing: [12]string{"январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"},
		short:    [12]string{"янв.", "февр.", "марта", "апр.", "мая", "июня", "июля", "авг.", "сент.", "окт.", "нояб.", "дек."},
		pattern:  "D M Y г.", month: "M Y г.", at: ", ", comma: ", ", and: " и ",
	},
}
