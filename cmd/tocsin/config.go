package main

import (
	"fmt"
	"net/netip"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"tocsin/internal/jobs"
)

// config is what serve is told. Flags win over the environment, the environment over the file, the file over the defaults.
type config struct {
	Addr         string `yaml:"addr"`
	URL          string `yaml:"url"`
	Database     string `yaml:"database"`
	SMTP         string `yaml:"smtp"`
	SMTPUser     string `yaml:"smtp_user"`
	SMTPPassword string `yaml:"smtp_password"`
	SMTPFrom     string `yaml:"smtp_from"`
	SMTPReply    string `yaml:"smtp_reply"`
	SMTPTLS      string `yaml:"smtp_tls"`
	Detection    string `yaml:"detection"`
	BackupDir    string `yaml:"backup_dir"`
	MetricsAddr  string `yaml:"metrics_addr"`
	Proxies      string `yaml:"trusted_proxies"`

	Directories []directory `yaml:"directories"`

	proxies []netip.Prefix
}

// setting is one line of the reference.
type setting struct {
	name, value, about string
	secret             bool // never a flag, for flags show in the list of processes
	field              func(*config) *string
}

func settings() []setting {
	return []setting{
		{"addr", "127.0.0.1:8080", "where to listen", false, func(c *config) *string { return &c.Addr }},
		{"url", "", "how people reach the server, such as https://tocsin.example; https makes cookies secure", false, func(c *config) *string { return &c.URL }},
		{"database", defaultDatabase(), "sqlite:PATH or postgres://USER@HOST/NAME", false, func(c *config) *string { return &c.Database }},
		{"smtp", "", "mail server as HOST:PORT; without one letters wait", false, func(c *config) *string { return &c.SMTP }},
		{"smtp-user", "", "name at the mail server", false, func(c *config) *string { return &c.SMTPUser }},
		{"smtp-password", "", "password at the mail server", true, func(c *config) *string { return &c.SMTPPassword }},
		{"smtp-from", "tocsin@localhost", "sender of letters", false, func(c *config) *string { return &c.SMTPFrom }},
		{"smtp-reply", "", "address whose mail is handed to tocsin receive: answers to invitations come to NAME+NUMBER@…", false, func(c *config) *string { return &c.SMTPReply }},
		{"smtp-tls", "starttls", "starttls, tls or none", false, func(c *config) *string { return &c.SMTPTLS }},
		{"detection", "on", "on or off: whether this server runs the detection", false, func(c *config) *string { return &c.Detection }},
		{"backup-dir", "", "where a database is backed up before an upgrade changes it; SQLite's without one beside it", false, func(c *config) *string { return &c.BackupDir }},
		{"metrics-addr", "", "where to listen for /metrics, /healthz and /readyz, for the monitoring alone; without one there are no metrics", false, func(c *config) *string { return &c.MetricsAddr }},
		{"trusted-proxies", "", "networks of the proxies before the server, such as 10.0.0.0/8, with commas between; where a request comes from is taken from their X-Forwarded-For and nobody else's", false, func(c *config) *string { return &c.Proxies }},
	}
}

func variable(name string) string {
	return "TOCSIN_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// settingsHelp lists every setting with its environment variable.
func settingsHelp() string {
	var b strings.Builder
	b.WriteString("Settings, by flag, environment and YAML file (--config; names with _ for -):\n")
	for _, s := range settings() {
		fmt.Fprintf(&b, "  %-15s %-22s %s\n", s.name, variable(s.name), s.about)
	}
	b.WriteString(directoriesHelp)
	return b.String()
}

func addConfigFlags(cmd *cobra.Command) {
	cmd.Flags().String("config", "", "YAML file with settings")
	for _, s := range settings() {
		if !s.secret {
			cmd.Flags().String(s.name, s.value, s.about)
		}
	}
}

func loadConfig(cmd *cobra.Command) (config, error) {
	var c config
	if path, _ := cmd.Flags().GetString("config"); path != "" {
		raw, err := os.ReadFile(path)
		if err != nil {
			return c, err
		}
		if err := yaml.UnmarshalWithOptions(raw, &c, yaml.Strict()); err != nil {
			return c, fmt.Errorf("%s: %w", path, err)
		}
	}
	for _, s := range settings() {
		field := s.field(&c)
		if v, ok := os.LookupEnv(variable(s.name)); ok {
			*field = v
		}
		if f := cmd.Flags().Lookup(s.name); f != nil && f.Changed {
			*field = f.Value.String()
		}
		if *field == "" {
			*field = s.value
		}
	}
	switch c.SMTPTLS {
	case "starttls", "tls", "none":
	default:
		return c, fmt.Errorf("smtp-tls takes starttls, tls or none, not %q", c.SMTPTLS)
	}
	if c.Detection != "on" && c.Detection != "off" {
		return c, fmt.Errorf("detection takes on or off, not %q", c.Detection)
	}
	var err error
	c.proxies, err = prefixes(c.Proxies)
	return c, err
}

// prefixes reads networks, or single addresses, with commas between.
func prefixes(list string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for x := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(x)
		if ip, single := netip.ParseAddr(x); single == nil {
			p, err = netip.PrefixFrom(ip, ip.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("trusted-proxies: %q is neither a network nor an address", x)
		}
		if p.Bits() == 0 {
			return nil, fmt.Errorf("trusted-proxies: %s is everybody", x)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func (c config) jobs(base string) jobs.Config {
	return jobs.Config{BaseURL: base, Detection: c.Detection == "on",
		SMTP: jobs.SMTP{Address: c.SMTP, User: c.SMTPUser, Password: c.SMTPPassword, From: c.SMTPFrom, Reply: c.SMTPReply, TLS: c.SMTPTLS}}
}
