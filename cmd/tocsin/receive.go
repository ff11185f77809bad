package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/internal/exchange/calendar"
)

func receiveCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "receive", Short: "Take an answer to an invitation from a mail server", Args: cobra.NoArgs,
		Long: "receive reads one message from standard input, as a mail server hands it to a program, and notes the answer to an\n" +
			"invitation in it. In Postfix: reply: \"|tocsin receive --database …\", with recipient_delimiter = + and smtp-reply = reply@…\n" +
			"A message that is no answer changes nothing; the command then ends with 1.",
		RunE: runReceive}
	databaseFlags(cmd)
	cmd.Flags().String("recipient", "", "the address that the message came to; else it is looked for in the message")
	return cmd
}

const maxMessage = 4 << 20 // bytes

func runReceive(cmd *cobra.Command, _ []string) (err error) {
	m, err := mail.ReadMessage(io.LimitReader(cmd.InOrStdin(), maxMessage))
	if err != nil {
		return fmt.Errorf("this is no message: %w", err)
	}
	recipient, _ := cmd.Flags().GetString("recipient")
	letter := letterOf(recipient, m.Header)
	if letter == "" {
		return errors.New("the message came to no address of an invitation")
	}
	part, err := calendarPart(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body, 0)
	if err != nil {
		return err
	}
	reply, err := calendar.ReadReply(part)
	if err != nil {
		return err
	}
	a, _, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.AnswerByMail(cmd.Context(), letter, reply)
}

var tagged = regexp.MustCompile(`\+([0-9A-HJKMNP-TV-Z]{26})@`)

// letterOf returns the number of the letter in the address that a message came to.
func letterOf(recipient string, h mail.Header) string {
	for _, a := range append([]string{recipient, h.Get("X-Original-To"), h.Get("Delivered-To")}, h["To"]...) {
		if m := tagged.FindStringSubmatch(strings.ToUpper(a)); m != nil {
			return m[1]
		}
	}
	return ""
}

const maxNesting = 5 // parts within parts

// calendarPart finds the iCalendar object in a message.
func calendarPart(contentType, encoding string, body io.Reader, depth int) (io.Reader, error) {
	none := errors.New("the message holds no answer of a calendar program")
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || depth > maxNesting {
		return nil, none
	}
	switch {
	case kind == "text/calendar" || kind == "application/ics":
		return decoded(encoding, body), nil
	case strings.HasPrefix(kind, "multipart/"):
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return nil, none
			}
			if found, err := calendarPart(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, depth+1); err == nil {
				return found, nil
			}
		}
	}
	return nil, none
}

func decoded(encoding string, r io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	}
	return r
}
