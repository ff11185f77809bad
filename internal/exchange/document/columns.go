package document

import "strings"

// columnWidths shares the total out among the columns of a table so that no word is broken while there is room for it,
// and longer texts get more. A measured text needs its own width and the margin.
func columnWidths(t Table, total, margin float64, measure func(string) float64) []float64 {
	least, wish := make([]float64, t.width()), make([]float64, t.width())
	widen := func(i int, text string) {
		for word := range strings.FieldsSeq(text) {
			least[i] = max(least[i], min(measure(word)+margin, total/4))
		}
		wish[i] = max(wish[i], min(measure(text)+margin, total*2/3))
	}
	for i := range least {
		least[i], wish[i] = margin, margin
	}
	for i, name := range t.Columns {
		widen(i, name)
	}
	for _, row := range t.Rows {
		for i, cell := range row {
			widen(i, cell.Text)
		}
	}
	return shares(least, wish, total)
}

func shares(least, wish []float64, total float64) []float64 {
	leastSum, wishSum := sum(least), sum(wish)
	out := make([]float64, len(least))
	for i := range out {
		switch {
		case wishSum <= total:
			out[i] = wish[i] * total / wishSum
		case leastSum >= total:
			out[i] = least[i] * total / leastSum
		default:
			out[i] = least[i] + (total-leastSum)*(wish[i]-least[i])/(wishSum-leastSum)
		}
	}
	return out
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

// figuresAcross is how many key figures stand side by side.
func figuresAcross(count int) int {
	if count == 2 || count == 4 {
		return 2
	}
	return 3
}
