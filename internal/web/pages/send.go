package pages

import (
	"io"
	"net/http"

	"tocsin/internal/exchange/table"
	"tocsin/internal/web"
)

// exportTypes are the formats of tables and their media types.
var exportTypes = map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

// sheetOf writes a table in a format of exportTypes.
func sheetOf(w io.Writer, format string) (table.Writer, error) {
	switch format {
	case "csv":
		return table.NewCSV(w), nil
	case "json":
		return table.NewJSON(w), nil
	}
	return table.NewXLSX(w)
}

// sendSheet answers a table, in a format of exportTypes, that write writes.
func (s *Site) sendSheet(w http.ResponseWriter, r *http.Request, name, format string, write func(table.Writer) error) {
	s.send(w, r, name+"."+format, exportTypes[format], func(out io.Writer) error {
		sheet, err := sheetOf(out, format)
		if err != nil {
			return err
		}
		return write(sheet)
	})
}

// send answers a file that write writes. What goes wrong before its first byte is answered like anything that goes wrong;
// after it the answer is cut off, the only way to say that it is not whole.
func (s *Site) send(w http.ResponseWriter, r *http.Request, name, mime string, write func(io.Writer) error) {
	w.Header().Set("Content-Type", mime)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	out := &begun{w: w}
	err := write(out)
	switch {
	case err == nil:
	case out.yes:
		s.o.Log.ErrorContext(r.Context(), "a file broke off", "request", web.RequestID(r.Context()), "name", name, "error", err)
		panic(http.ErrAbortHandler)
	default:
		w.Header().Del("Content-Type")
		w.Header().Del("Content-Disposition")
		s.Fail(w, r, err)
	}
}

// begun remembers whether anything was written.
type begun struct {
	w   io.Writer
	yes bool
}

func (b *begun) Write(p []byte) (int, error) {
	b.yes = true
	return b.w.Write(p)
}
