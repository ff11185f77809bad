package pages

import (
	"io"
	"net/http"

	"tocsin/internal/exchange/table"
	"tocsin/internal/web"
)

// sendSheet answers a table, in a format of table.Types, that write writes.
func (s *Site) sendSheet(w http.ResponseWriter, r *http.Request, name, format string, write func(table.Writer) error) {
	s.send(w, r, name+"."+format, table.Types[format], func(out io.Writer) error {
		sheet, err := table.New(out, format)
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
