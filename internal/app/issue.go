package app

import (
	"context"
	"encoding/json"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
)

// IssueReport keeps the figures of a report as it is issued. Only the secretariat may.
func (a *App) IssueReport(ctx context.Context, v Viewer, body json.RawMessage) (*record.Record, error) {
	if !v.Has(coalition.Secretariat) {
		return nil, refuse(Forbidden, "error.duty", "duty", string(coalition.Secretariat))
	}
	return a.Create(ctx, v, Draft{Kind: "report-issue", Owner: coalition.SecretariatCode, Sharing: record.Sharing{TLP: record.Clear}, Body: body, system: true})
}
