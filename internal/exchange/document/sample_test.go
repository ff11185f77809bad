package document

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sample is a report with something of everything.
func sample() *Document {
	rows := make([][]Cell, 45)
	for i := range rows {
		rows[i] = []Cell{{Text: fmt.Sprintf("Provider %d", i+1), Link: "https://example.org/record"},
			{Text: "Delivery of supplies to the northern district was delayed by the closing of the road, and went on two days later."},
			{Text: fmt.Sprint(i * 137), Number: true}}
	}
	prose := strings.Repeat("The coalition went on watching the supply of medicines in the region, and heard from most of its members. ", 5)
	return &Document{
		Title: "Situation report of the coalition for the supply of essential medicines", Subtitle: "Quarterly issue, January to March 2026",
		Lang: "en", Date: "2026-04-05", Contents: "Contents", ChangedLabel: "Changed: the earlier issue said %s",
		Sections: []Section{
			{ID: "summary", Title: "Summary", Level: 1, Blocks: []Block{
				Paragraph{Text: prose + "\n\n" + prose},
				Figures{List: []Figure{{Label: "Incidents reported", Value: "1 284", Note: "by 37 members", Was: "1 250"},
					{Label: "Members reporting", Value: "37 of 41", Link: "https://example.org/members"}, {Label: "Alerts confirmed", Value: "12", Note: "after review"},
					{Label: "Median delay", Value: "2.5 days", Note: "from event to report"}}},
				Notice{Text: "Figures are provisional until all members have reported.\n\nThey are put right in the next issue."},
			}},
			{ID: "events", Title: "Events", Level: 1, Blocks: []Block{Quote{Text: prose, By: "Regional coordinator"}}},
			{ID: "north", Title: "Northern district", Level: 2, Blocks: []Block{
				List{Items: []Item{{Text: "Roads", Sub: []Item{{Text: "The bridge is open again"}, {Text: "See the summary", Link: "#summary"}}}, {Text: "Stocks last six weeks"}}},
				List{Ordered: true, Items: []Item{{Text: "Send the second convoy"}, {Text: "Review the thresholds"}}},
				Table{Caption: "Deliveries by provider", Columns: []string{"Provider", "What happened", "Units"}, Rows: rows, Note: "Source: members' records."}}},
			{ID: "method", Title: "How the figures are made", Level: 3, Blocks: []Block{
				Paragraph{Text: prose}, Picture{Alt: "A line that rises from January to March", Caption: "Figure 1. Reports by week"}}},
		},
	}
}

// TestSampleFiles writes the sample in every format to the folder named by DOCUMENT_SAMPLES, for somebody to look at.
func TestSampleFiles(t *testing.T) {
	folder := os.Getenv("DOCUMENT_SAMPLES")
	if folder == "" {
		t.Skip("DOCUMENT_SAMPLES names no folder to write samples to")
	}
	for name, render := range formats {
		if err := os.WriteFile(filepath.Join(folder, "sample."+name), bytesOf(t, render, sample()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWordFileOpens(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "sample.docx"), bytesOf(t, DOCX, sample()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("libreoffice", "--headless", "--convert-to", "pdf", "--outdir", folder, filepath.Join(folder, "sample.docx"))
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("libreoffice is not installed: the word processor file is not opened")
	}
	if _, missing := os.Stat(filepath.Join(folder, "sample.pdf")); err != nil || missing != nil {
		t.Errorf("%v: %s", err, out)
	}
}
