package plot

import (
	"context"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// Graph is a picture of records and the links between them, in columns from what was seen to what is done.
type Graph struct {
	Title   string
	Columns int
	Nodes   []GraphNode
	Edges   [][2]int // indices of Nodes: from, to
}

// GraphNode is one record. Column counts from 0.
type GraphNode struct {
	Label, Detail, URL string
	Column             int
	Centre             bool
}

const (
	nodeWidth, nodeHeight = 190.0, 46.0
	nodeGapX, nodeGapY    = 46.0, 14.0
)

// GraphView draws the graph. Columns without a node take no room. The list beside it says the same to whoever cannot see it.
func GraphView(g Graph) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		place, width, height := layout(g)
		d := &drawing{}
		d.open("svg", "class", "graph", "viewBox", fmt.Sprintf("0 0 %s %s", coordinate(width), coordinate(height)), "width", coordinate(width), "height", coordinate(height), "role", "group", "aria-label", g.Title, "direction", "ltr")
		for _, e := range g.Edges {
			drawEdge(d, place[e[0]], place[e[1]])
		}
		for i, n := range g.Nodes {
			drawNode(d, n, place[i])
		}
		d.close("svg")
		_, err := io.WriteString(w, `<div class="graph-scroll" tabindex="0">`+d.String()+`</div>`)
		return err
	})
}

func layout(g Graph) (place [][2]float64, width, height float64) {
	used := make([]int, g.Columns)
	for _, n := range g.Nodes {
		used[n.Column]++
	}
	at, columns, most := make([]int, g.Columns), 0, 1
	for i, n := range used {
		at[i] = columns
		if n > 0 {
			columns++
		}
		most = max(most, n)
	}
	height = float64(most)*(nodeHeight+nodeGapY) + nodeGapY
	row := make([]int, g.Columns)
	for _, n := range g.Nodes {
		top := (height - float64(used[n.Column])*(nodeHeight+nodeGapY) + nodeGapY) / 2
		place = append(place, [2]float64{8 + float64(at[n.Column])*(nodeWidth+nodeGapX), top + float64(row[n.Column])*(nodeHeight+nodeGapY)})
		row[n.Column]++
	}
	return place, 16 + float64(columns)*(nodeWidth+nodeGapX) - nodeGapX, height
}

func drawEdge(d *drawing, from, to [2]float64) {
	x1, y1, x2, y2 := from[0]+nodeWidth, from[1]+nodeHeight/2, to[0], to[1]+nodeHeight/2
	if to[0] <= from[0] {
		x1, x2 = from[0], to[0]+nodeWidth
		if to[0] == from[0] {
			x1, x2 = from[0]+nodeWidth, to[0]+nodeWidth
		}
	}
	middle := (x1 + x2) / 2
	if x1 == x2 {
		middle = x1 + nodeGapX/2
	}
	d.el("path", "class", "graph-edge", "fill", "none", "d", fmt.Sprintf("M%s %sC%s %s %s %s %s %s", coordinate(x1), coordinate(y1), coordinate(middle), coordinate(y1), coordinate(middle), coordinate(y2), coordinate(x2), coordinate(y2)))
}

func drawNode(d *drawing, n GraphNode, at [2]float64) {
	class := "graph-node"
	if n.Centre {
		class += " graph-centre"
	}
	d.open("a", "href", n.URL)
	d.text("title", n.Detail+": "+n.Label)
	d.el("rect", "class", class, "x", at[0], "y", at[1], "width", nodeWidth, "height", nodeHeight, "rx", 6)
	d.text("text", shorten(n.Detail, 28), "class", "graph-detail", "x", at[0]+10, "y", at[1]+17)
	d.text("text", shorten(n.Label, 26), "class", "graph-label", "x", at[0]+10, "y", at[1]+35)
	d.close("a")
}

func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
