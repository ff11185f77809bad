package main

import (
	"fmt"
	"os"
	"strings"

	"tocsin/internal/identity"
)

// directory is a participant's own directory of accounts, by which its people sign in. Its secret stands in a file or in
// the environment, never in the settings themselves.
type directory struct {
	Name        string   `yaml:"name"`
	Issuer      string   `yaml:"issuer"`
	ClientID    string   `yaml:"client_id"`
	SecretFile  string   `yaml:"client_secret_file"`
	SecretEnv   string   `yaml:"client_secret_env"`
	Participant string   `yaml:"participant"`
	Domains     []string `yaml:"domains"`
	Private     bool     `yaml:"private"`
}

const directoriesHelp = `
Accounts of participants' own authorities (OpenID Connect), in the YAML file alone:
  directories:
    - name: Ministry of Health            how people see it
      issuer: https://login.example.gov   its issuer
      client_id: tocsin                   this node, as it knows it
      client_secret_file: /run/secrets/x  or client_secret_env: NAME; neither for a public client
      participant: GH                     whose people it signs in
      domains: [example.gov]              of addresses that it may vouch for; any without
      private: false                      true: it stands in a private network
  It sends people back to URL/sign-in/directory/back.
`

// directories reads what is set of directories, with their secrets.
func (c config) directories() ([]identity.Config, error) {
	var out []identity.Config
	for _, d := range c.Directories {
		secret, err := d.secret()
		if err != nil {
			return nil, fmt.Errorf("directory %q: %w", d.Name, err)
		}
		if c.URL == "" {
			return nil, fmt.Errorf("directory %q needs url: it sends people back there", d.Name)
		}
		out = append(out, identity.Config{Name: d.Name, Issuer: d.Issuer, ClientID: d.ClientID, ClientSecret: secret, Participant: d.Participant, Domains: d.Domains, Private: d.Private})
	}
	return out, nil
}

func (d directory) secret() (string, error) {
	secret := ""
	switch {
	case d.SecretFile != "" && d.SecretEnv != "":
		return "", fmt.Errorf("give client_secret_file or client_secret_env, not both")
	case d.SecretFile != "":
		raw, err := os.ReadFile(d.SecretFile)
		if err != nil {
			return "", err
		}
		secret = strings.TrimSpace(string(raw))
	case d.SecretEnv != "":
		secret = os.Getenv(d.SecretEnv)
	default:
		return "", nil
	}
	if secret == "" {
		return "", fmt.Errorf("its client secret is empty")
	}
	return secret, nil
}
