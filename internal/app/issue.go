package app

import (
	"context"
	"encoding/json"

	"tocsin/internal/coalition"
	"tocsin/internal/record"
)

// MayIssue returns Forbidden unless the viewer may issue reports: only the secretariat may. It is asked before a report
// is composed, which costs much.
func MayIssue(v Viewer) error {
	if !v.Has(coalition.Secretariat) {
		return refuse(Forbidden, "error.duty", "duty", string(coalition.Secretariat))
	}
	return nil
}

// IssueReport keeps the figures of a report as it is issued, for those who may.
func (a *App) IssueReport(ctx context.Context, v Viewer, body json.RawMessage) (*record.Record, error) {
	if err := MayIssue(v); err != nil {
		return nil, err
	}
	return a.Create(ctx, v, Draft{Kind: "report-issue", Owner: coalition.SecretariatCode, Sharing: record.Sharing{TLP: record.Clear}, Body: body, system: true})
}
