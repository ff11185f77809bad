package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/internal/app"
	"tocsin/internal/coalition"
)

func initCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "init", Short: "Make a database with its first administrator", Args: cobra.NoArgs,
		Long: "init creates the database, the node's signing key and the first administrator, and prints the administrator's sign-in link.\nNothing is asked. Run again it makes a new link for the same administrator.",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			email, _ := cmd.Flags().GetString("admin")
			base, _ := cmd.Flags().GetString("url")
			if email == "" {
				return usageError{errors.New("--admin EMAIL is needed")}
			}
			a, v, err := open(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			if _, err := a.ViewerByEmail(cmd.Context(), email); app.CodeOf(err) == app.Unauthenticated {
				x := coalition.Person{Email: email, Name: email, Participant: coalition.SecretariatCode, Active: true, Languages: []string{"en"}, Zone: "UTC",
					Sectors: []coalition.Sector{coalition.Policy}, Duties: []coalition.Duty{coalition.Administrator, coalition.Secretariat}}
				if _, err := a.SavePerson(cmd.Context(), v, x); err != nil {
					return err
				}
			}
			secret, err := a.SigninLink(cmd.Context(), v, email, false)
			if err != nil {
				return err
			}
			return printLink(cmd, base, email, secret, a.Store().PublicKey())
		}}
	storeFlags(cmd)
	cmd.Flags().String("admin", "", "e-mail address of the first administrator")
	cmd.Flags().String("url", "http://127.0.0.1:8080", "where the server will be reached")
	return cmd
}

func printLink(cmd *cobra.Command, base, email, secret, key string) error {
	link := strings.TrimSuffix(base, "/") + "/signin/" + secret
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), map[string]string{"email": email, "link": link, "key": key})
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s signs in once, within %d hours, at\n%s\n", email, int(app.LinkLife.Hours()), link)
	if key != "" {
		fmt.Fprintf(cmd.OutOrStdout(), "This node's checkpoints are verified with\n%s\n", key)
	}
	return nil
}

func userCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "People: add, list, register, sign-in links, access tokens"}
	cmd.AddCommand(userAddCommand(), userListCommand(), userLinkCommand(), userRegisterCommand(), userDisableCommand(), userTokenCommand(), userTokensCommand(), userDevicesCommand())
	return cmd
}

func userAddCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "add EMAIL", Short: "Add a person", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) (err error) {
		a, v, err := open(cmd)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Close()) }()
		f := cmd.Flags()
		x := coalition.Person{Email: args[0], Active: true}
		x.Name, _ = f.GetString("name")
		x.Participant, _ = f.GetString("participant")
		x.Languages, _ = f.GetStringSlice("languages")
		x.Zone, _ = f.GetString("zone")
		sectors, _ := f.GetStringSlice("sectors")
		duties, _ := f.GetStringSlice("duties")
		for _, s := range sectors {
			x.Sectors = append(x.Sectors, coalition.Sector(s))
		}
		for _, d := range duties {
			x.Duties = append(x.Duties, coalition.Duty(d))
		}
		if x.Name == "" {
			x.Name = args[0]
		}
		p, err := a.SavePerson(cmd.Context(), v, x)
		if err != nil {
			return err
		}
		if wantsJSON(cmd) {
			return printJSON(cmd.OutOrStdout(), p)
		}
		fmt.Fprintln(cmd.OutOrStdout(), p.ID)
		return nil
	}}
	storeFlags(cmd)
	cmd.Flags().String("name", "", "name; the address when it is not given")
	cmd.Flags().String("participant", "", "code of the participant, such as GH or unodc")
	cmd.Flags().StringSlice("sectors", nil, "law-enforcement, customs, forensic, health, justice, regulator, policy")
	cmd.Flags().StringSlice("duties", nil, "focal-point, analyst, curator, signatory, secretariat, administrator")
	cmd.Flags().StringSlice("languages", []string{"en"}, "languages, the preferred one first")
	cmd.Flags().String("zone", "UTC", "IANA time zone")
	return cmd
}

func userListCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List people", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) (err error) {
		a, v, err := open(cmd)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Close()) }()
		members, err := a.People(cmd.Context(), v, "")
		if err != nil {
			return err
		}
		if wantsJSON(cmd) {
			if members == nil {
				members = []app.Member{}
			}
			return printJSON(cmd.OutOrStdout(), members)
		}
		for _, m := range members {
			var in []string
			for _, g := range m.Registrations {
				in = append(in, g.Group+"/"+string(g.Section))
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%-12s %-32s %-28s %v %v\n", m.Participant, m.Email, m.Name, m.Duties, in)
		}
		return nil
	}}
	storeFlags(cmd)
	return cmd
}

func userLinkCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "link EMAIL", Short: "Make a sign-in link", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) (err error) {
		a, v, err := open(cmd)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Close()) }()
		base, _ := cmd.Flags().GetString("url")
		secret, err := a.SigninLink(cmd.Context(), v, args[0], false)
		if err != nil {
			return err
		}
		return printLink(cmd, base, args[0], secret, "")
	}}
	storeFlags(cmd)
	cmd.Flags().String("url", "http://127.0.0.1:8080", "where the server is reached")
	return cmd
}

// memberByEmail returns a person whom the viewer may administer.
func memberByEmail(cmd *cobra.Command, a *app.App, v app.Viewer, email string) (app.Member, error) {
	members, err := a.People(cmd.Context(), v, "")
	if err != nil {
		return app.Member{}, err
	}
	i := slices.IndexFunc(members, func(m app.Member) bool { return m.Email == coalition.NormalEmail(email) })
	if i < 0 {
		return app.Member{}, fmt.Errorf("there is no person %s", email)
	}
	return members[i], nil
}

func userRegisterCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "register EMAIL GROUP EAST|WEST", Short: "Register a person in a section of a group", Args: cobra.ExactArgs(3), RunE: func(cmd *cobra.Command, args []string) (err error) {
		a, v, err := open(cmd)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Close()) }()
		m, err := memberByEmail(cmd, a, v, args[0])
		if err != nil {
			return err
		}
		names, _ := cmd.Flags().GetStringSlice("roles")
		var roles []coalition.Role
		for _, r := range names {
			roles = append(roles, coalition.Role(r))
		}
		g, err := a.Register(cmd.Context(), v, coalition.Registration{Person: m.ID, Group: strings.ToLower(args[1]), Section: coalition.Hemisphere(strings.ToLower(args[2])), Roles: roles, From: a.Now()})
		if err != nil {
			return err
		}
		if wantsJSON(cmd) {
			return printJSON(cmd.OutOrStdout(), g)
		}
		fmt.Fprintln(cmd.OutOrStdout(), g.ID)
		return nil
	}}
	storeFlags(cmd)
	cmd.Flags().StringSlice("roles", []string{"member"}, "member, co-chair, coordinator, observer")
	return cmd
}

func userDisableCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "disable EMAIL", Short: "End a person's access from the next request on", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) (err error) {
		a, v, err := open(cmd)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Close()) }()
		m, err := memberByEmail(cmd, a, v, args[0])
		if err != nil {
			return err
		}
		x := *m.Person
		x.Active = false
		_, err = a.SavePerson(cmd.Context(), v, x)
		return err
	}}
	storeFlags(cmd)
	return cmd
}
