package iati

import (
	"encoding/xml"
	"slices"
	"strconv"
)

// transaction reads one transaction.
func (d *draft) transaction() error {
	at := fault{element: "transaction", index: len(d.a.Transactions) + 1, below: "/value"}
	var t Transaction
	amount := ""
	err := d.f.children(func(start xml.StartElement) (err error) {
		switch start.Name.Local {
		case "transaction-type":
			t.Type = attribute(start, "code")
		case "transaction-date":
			t.Date = withoutZone(attribute(start, "iso-date"))
		case "value":
			t.Currency = attribute(start, "currency")
			amount, err = d.f.text()
			return err
		case "description":
			t.Description, err = d.name()
			return err
		case "recipient-country":
			d.benefits(country(start))
		case "sector":
			d.serves(sector(start))
		}
		return d.f.skip()
	})
	if err != nil {
		return err
	}
	if amount == "" {
		at.key = KeyRequired
		d.report(at)
	}
	t.Value = d.number(at, amount)
	d.a.Transactions = append(d.a.Transactions, t)
	return nil
}

// maxFromTransactions bounds the countries and the sectors that transactions add, of which there are fewer by far.
const maxFromTransactions = 500

func (d *draft) benefits(code string) {
	s := Share{Code: code}
	if len(d.countries) < maxFromTransactions && !slices.Contains(d.countries, s) {
		d.countries = append(d.countries, s)
	}
}

func (d *draft) serves(s Sector) {
	if len(d.sectors) < maxFromTransactions && !slices.Contains(d.sectors, s) {
		d.sectors = append(d.sectors, s)
	}
}

// result reads one result: each of its indicators with the title and the type of the whole.
func (d *draft) result(start xml.StartElement) error {
	title, kind, first := "", or(attribute(start, "type"), DefaultResultType), len(d.a.Results)
	err := d.f.children(func(start xml.StartElement) (err error) {
		switch start.Name.Local {
		case "title":
			title, err = d.name()
			return err
		case "indicator":
			if len(d.a.Results) > first {
				d.lines["result"] = append(d.lines["result"], d.f.line)
			}
			return d.indicator(start)
		}
		return d.f.skip()
	})
	if err == nil && len(d.a.Results) == first {
		d.a.Results = append(d.a.Results, Result{})
	}
	for i := first; i < len(d.a.Results); i++ {
		d.a.Results[i].Title, d.a.Results[i].Type = title, kind
	}
	return err
}

func (d *draft) indicator(start xml.StartElement) error {
	r := Result{Measure: or(attribute(start, "measure"), DefaultMeasure)}
	index := len(d.a.Results) + 1
	err := d.f.children(func(start xml.StartElement) (err error) {
		switch start.Name.Local {
		case "title":
			r.Indicator, err = d.name()
			return err
		case "baseline":
			at := fault{element: "result", index: index, below: "/indicator/baseline"}
			r.Baseline = d.figure(at, attribute(start, "year"), attribute(start, "value"))
		case "period":
			return d.period(index, &r)
		}
		return d.f.skip()
	})
	d.a.Results = append(d.a.Results, r)
	return err
}

// period takes the target of the last period that has one.
func (d *draft) period(index int, r *Result) error {
	at := fault{element: "result", index: index, below: "/indicator/period/target"}
	end, value := "", ""
	err := d.f.children(func(start xml.StartElement) error {
		switch start.Name.Local {
		case "period-end":
			end = withoutZone(attribute(start, "iso-date"))
		case "target":
			value = or(value, attribute(start, "value"))
		}
		return d.f.skip()
	})
	if value == "" || err != nil {
		return err
	}
	year := end
	if isDay(end) {
		year = end[:4]
	}
	r.Target = d.figure(at, year, value)
	return nil
}

// figure reads a value at a year; one without a value is none.
func (d *draft) figure(at fault, year, value string) *Figure {
	if value == "" {
		return nil
	}
	n, err := strconv.Atoi(year)
	if err != nil {
		at.key, at.value = KeyDate, year
		d.report(at)
		return nil
	}
	return &Figure{n, value}
}
