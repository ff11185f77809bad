package coalition

import "sync"

// History is what the report of 2023-2024 tells of the Coalition's first eighteen months. Dates are partial ISO dates, as
// exact as the report gives them; spans stand as "2023-10-17/2023-10-18".
type History struct {
	Report        string        `yaml:"report"`
	From          string        `yaml:"from"`
	To            string        `yaml:"to"`
	Contact       string        `yaml:"contact"` // mail address of the secretariat
	Figures       []Stated      `yaml:"figures"`
	Participation []Count       `yaml:"participation"`
	Phases        []Phase       `yaml:"phases"`
	Meetings      []Happening   `yaml:"meetings"`
	Achievements  []Happening   `yaml:"achievements"`
	Planned       []Happening   `yaml:"planned"`
	Documents     []Publication `yaml:"documents"`
	Threats       []Threat      `yaml:"threats"`
	Examples      []Example     `yaml:"examples"`
	Differences   []Difference  `yaml:"differences"`
	Commitments   struct {
		Date     string     `yaml:"date"`
		Occasion string     `yaml:"occasion"`
		Source   string     `yaml:"source"`
		Items    []Promised `yaml:"items"`
	} `yaml:"commitments"`
	Pledge struct {
		Opened      string   `yaml:"opened"`
		Occasion    string   `yaml:"occasion"`
		Signatories []string `yaml:"signatories"`
		Source      string   `yaml:"source"`
	} `yaml:"pledge"`
	Initiatives struct {
		Source string    `yaml:"source"`
		Items  []Offered `yaml:"items"`
	} `yaml:"initiatives"`
}

// Stated is a figure that the report states.
type Stated struct {
	Key       string  `yaml:"key"`
	Value     float64 `yaml:"value"`
	Qualifier string  `yaml:"qualifier"`
	Unit      string  `yaml:"unit"`
	Source    string  `yaml:"source"`
}

// Count is how many took part at a time.
type Count struct {
	Date          string `yaml:"date"`
	Countries     int    `yaml:"countries"`
	Organisations int    `yaml:"organisations"`
	Experts       int    `yaml:"experts"`
	Source        string `yaml:"source"`
}

// Phase is one of the six phases with the days of each section's meetings.
type Phase struct {
	ID     string    `yaml:"id"`
	Number string    `yaml:"number"` // Roman
	Title  string    `yaml:"title"`
	Level  GroupType `yaml:"level"`
	West   []string  `yaml:"west"`
	East   []string  `yaml:"east"`
}

// Happening is a meeting, an event or something achieved.
type Happening struct {
	Date      string `yaml:"date"`
	End       string `yaml:"end"`
	Type      string `yaml:"type"`
	Group     string `yaml:"group"`
	Country   string `yaml:"country"`
	With      string `yaml:"with"`
	Number    int    `yaml:"number"` // of people who took part, where it is told
	Organiser string `yaml:"organiser"`
	Inferred  bool   `yaml:"inferred"` // the year follows from the text
	Undated   bool   `yaml:"undated"`  // the report gives no date; the year is the period's
	Name      string `yaml:"name"`
	Source    string `yaml:"source"`
}

// Publication is a document that the report names.
type Publication struct {
	Type   string `yaml:"type"`
	Date   string `yaml:"date"`
	Symbol string `yaml:"symbol"`
	URL    string `yaml:"url"`
	Name   string `yaml:"name"`
	Source string `yaml:"source"`
}

// Promised is a country's commitment.
type Promised struct {
	Country string   `yaml:"country"`
	Verb    string   `yaml:"verb"`
	Lines   []string `yaml:"lines"`
	Name    string   `yaml:"name"`
}

// Offered is an initiative.
type Offered struct {
	Code     string `yaml:"code"`
	Group    string `yaml:"group"`
	By       string `yaml:"by"`
	Resource string `yaml:"resource"`
	Name     string `yaml:"name"`
}

// Threat is a regional threat that the report's introduction names.
type Threat struct {
	Places []string `yaml:"places"`
	Name   string   `yaml:"name"`
}

// Example is a country's action that the report tells without the country.
type Example struct {
	Type string `yaml:"type"`
	Name string `yaml:"name"`
}

// Difference is where the report contradicts itself or others, and what is done about it.
type Difference struct {
	ID   string `yaml:"id"`
	What string `yaml:"what"`
	Do   string `yaml:"do"`
}

var loadHistory = sync.OnceValues(func() (*History, error) {
	h := &History{}
	return h, decode("history.yaml", h)
})

// LoadHistory returns the shipped history. It is read once.
func LoadHistory() (*History, error) { return loadHistory() }

// Stated returns the figure of a key; ok is false when the report states none.
func (h *History) Stated(key string) (Stated, bool) {
	for _, s := range h.Figures {
		if s.Key == key {
			return s, true
		}
	}
	return Stated{}, false
}
