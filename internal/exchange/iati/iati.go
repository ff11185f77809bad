// Package iati writes and reads activity files of the International Aid Transparency Initiative, by which donors say
// what they give to other countries. It writes version 2.03 of the activity standard, whose schema was released on
// 2018-02-19 (https://iatistandard.org/en/iati-standard/203/activity-standard/), and reads 2.01, 2.02 and 2.03.
//
// Codes are those of the IATI code lists. Only their form is checked where a list may grow: organisation types, sectors,
// countries and currencies.
package iati

import "time"

// Version is the version of the standard that Write states.
const Version = "2.03"

// The values that stand for what is left empty.
const (
	DefaultReporterType = "10" // OrganisationType: Government
	DefaultVocabulary   = "1"  // SectorVocabulary: OECD DAC, 5 digits
	DefaultResultType   = "1"  // ResultType: Output
	DefaultMeasure      = "1"  // IndicatorMeasure: Unit
)

// The codes by which a contribution in kind is marked, of the EarmarkingModality list, which is vocabulary 3 of
// default-aid-type since version 2.03; and one by experts, of the AidType list, which is vocabulary 1.
const (
	inKindCode       = "K"
	inKindVocabulary = "3"
	expertsCode      = "D02" // other technical assistance
	donorsExperts    = "D01" // donor country personnel
	aidVocabulary    = "1"
)

// ownVocabulary is the TagVocabulary code for the reporter's own codes.
const ownVocabulary = "99"

// parentType is the RelatedActivityType code for the activity that this one is part of.
const parentType = "1"

// Activity is one iati-activity. Days are written 2006-01-02, from year 0001 to 9999; the empty string is no day.
type Activity struct {
	// ID is the iati-identifier: without blanks and without / & | ?. It should begin with the Reporter's identifier and a
	// hyphen.
	ID string
	// Reporter is the organisation identifier of who reports, ReporterName its name in the activity's first language and
	// ReporterType an OrganisationType code, DefaultReporterType when empty.
	Reporter, ReporterName, ReporterType string
	// Title and Description hold texts by language code, such as en or ar. Each needs at least one text that is not blank.
	Title, Description map[string]string
	// Status is an ActivityStatus code: 1 pipeline, 2 implementation, 3 finalisation, 4 closed, 5 cancelled, 6 suspended.
	Status int
	// PlannedStart, ActualStart, PlannedEnd and ActualEnd are days; at least one must be given.
	PlannedStart, ActualStart, PlannedEnd, ActualEnd string
	// Participants are at least one.
	Participants []Organisation
	// Countries are those that the activity benefits.
	Countries []Share
	// Sectors are the purposes of the activity.
	Sectors []Sector
	// Tags are codes of the reporter's own vocabulary, in the order of the file.
	Tags []string
	// Finance is a FinanceType code, such as 110 for a grant and 421 for a loan, or empty.
	Finance string
	// Currency is the ISO 4217 code of the values that name none of their own.
	Currency     string
	Transactions []Transaction
	// Humanitarian says that the activity is humanitarian aid, in whole or in part.
	Humanitarian bool
	// InKind says that goods or services are given and not money. The standard has no plain mark for this; it is written
	// as default-aid-type K of vocabulary 3, "directed geographically and thematically, in kind".
	InKind bool
	// Expertise says that experts are sent or paid; it is written as default-aid-type D02, "other technical assistance".
	Expertise bool
	// Parent is the identifier of the activity that this one is part of, or empty.
	Parent  string
	Results []Result
	// Updated is when the data last changed; the zero time is not written.
	Updated time.Time
}

// Organisation takes part in an activity. Role is an OrganisationRole code: 1 funding, 2 accountable, 3 extending,
// 4 implementing. Ref or Name must be given; Type is an OrganisationType code or empty.
type Organisation struct {
	Role, Ref, Name, Type string
}

// Share is a country, by its ISO 3166-1 alpha-2 code, and its part of the whole, from 0 to 100; 0 is not stated. The
// standard wants the parts of several countries to add up to 100, which is not checked here.
type Share struct {
	Code       string
	Percentage float64
}

// Sector is a purpose and its part of the whole, from 0 to 100; 0 is not stated. Vocabulary is a SectorVocabulary code,
// DefaultVocabulary when empty, of which Code then has 5 digits, such as 16063 for narcotics control.
type Sector struct {
	Code, Vocabulary string
	Percentage       float64
}

// Transaction is money, or what has a value, that was promised or moved. Type is a TransactionType code from 1 to 13:
// 1 incoming funds, 2 outgoing commitment, 3 disbursement, 4 expenditure, 11 incoming commitment. Value lies between
// -MaxValue and MaxValue. Currency is the activity's when empty; Read fills it in. Date is also the day by which the
// value is to be converted. Description may be empty.
type Transaction struct {
	Type, Date  string
	Value       float64
	Currency    string
	Description string
}

// Result is what the activity brings about, by one indicator. Type is a ResultType code (1 output, 2 outcome, 3 impact,
// 9 other), DefaultResultType when empty; Measure an IndicatorMeasure code (1 unit to 5 qualitative), DefaultMeasure when
// empty. Read makes one Result of each indicator.
type Result struct {
	Title, Indicator string
	Type, Measure    string
	Baseline, Target *Figure
}

// Figure is a value at a year from 1 to 9999. Value is text, as the schema has it, but should be a number where the
// measure is not qualitative. The year of a target is the one in which its period ends; Write gives it a whole year.
type Figure struct {
	Year  int
	Value string
}

// Languages are those whose texts come first, in this order; the first that has a title is the activity's own language.
var Languages = []string{"en", "es", "ar", "fr", "pt", "ru"}
