// Command tamga verifies and makes electronic signatures of Kazakhstan's
// national public key infrastructure, and issues and checks licences and
// reasoned refusals.
//
// This is the only package that reads the environment, the clock and the file
// system: it turns flags into values and calls the packages that do the work.
// Each subcommand is one file. Everything goes through [run], so that tests
// are conversations with the program as its users have them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes. Usage and unavailable are those of sysexits(3).
const (
	exitPassed        = 0
	exitFailed        = 1
	exitIndeterminate = 2
	exitUsage         = 64
	exitNoAnswer      = 70
)

// program is the command line, one field per subcommand.
type program struct {
	Verify      verifyCommand       `cmd:"" help:"Verify the signatures of a PDF, CMS or XML file, or a certificate."`
	Inspect     inspectCommand      `cmd:"" help:"Say in words what a file holds: certificate, signature, timestamp, revocation list, OCSP response, key store."`
	Sign        signCommand         `cmd:"" help:"Sign a file: CMS, PDF or XML."`
	Extend      extendCommand       `cmd:"" help:"Make a signature last: add timestamps and evidence."`
	Timestamp   timestampCommand    `cmd:"" help:"Ask an authority for a timestamp over a file."`
	Issue       issueCommand        `cmd:"" help:"Issue a licence or a reasoned refusal into the register."`
	Document    documentCommands    `cmd:"" help:"Issue documents whose signature is made elsewhere, and enter licences that were issued elsewhere."`
	Check       checkCommand        `cmd:"" help:"Tell the status of a document by its number."`
	Erase       eraseCommand        `cmd:"" help:"Take the personal content of a document or an application away, by order."`
	Layout      layoutCommands      `cmd:"" help:"Show and edit how documents look."`
	Calendar    calendarCommands    `cmd:"" help:"Count terms in working days and hours of Kazakhstan."`
	Regulation  regulationCommands  `cmd:"" help:"Show the law as data: editions, services, routes."`
	Application applicationCommands `cmd:"" help:"Let applications walk the routes of the regulation."`
	CA          caCommands          `cmd:"" name:"ca" help:"Run a certification authority for demonstrations."`
	Trust       trustCommands       `cmd:"" help:"Show and extend the certificates that verification trusts."`
	Revocation  revocationCommands  `cmd:"" help:"Keep the revocation lists."`
	Client      clientCommands      `cmd:"" help:"Keep the programs that may sign and issue over HTTP."`
	People      peopleCommands      `cmd:"" help:"Keep the people of a register and their duties."`
	Register    registerCommands    `cmd:"" help:"Show what a register holds."`
	Log         logCommands         `cmd:"" help:"Find tampering with a register."`
	Serve       serveCommand        `cmd:"" help:"Run the service: HTTP interface and pages."`
	Demo        demoCommands        `cmd:"" help:"Show what the program does: walk every path of every flow."`
	Version     versionCommand      `cmd:"" help:"Print the version."`
}

const description = `Electronic signatures of the national PKI of Kazakhstan: verify, sign, issue licences, check them.

Exit codes: 0 done (verify: the signature is confirmed), 1 failed (verify: the signature is bad), 2 verify cannot tell, 64 the command line is wrong, 70 verify could not answer, for example because a file is missing.

"tamga COMMAND --help" explains a command and shows examples.`

// run is the whole program: it reads arguments, does what they say and returns
// the exit code. It ends early when ctx is done.
func run(ctx context.Context, args []string, env func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &console{ctx: ctx, env: env, stdin: stdin, out: stdout, err: stderr, now: time.Now}
	return c.run(args)
}

// run reads arguments and does what they say.
func (c *console) run(args []string) int {
	shown := false // help was asked for and printed
	var cli program
	parser, err := kong.New(&cli,
		kong.Name("tamga"), kong.Description(description),
		kong.Writers(c.out, c.err), kong.Exit(func(int) { shown = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	if err != nil {
		fmt.Fprintln(c.err, "tamga:", err)
		return exitNoAnswer
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if shown {
		return exitPassed
	}
	if err == nil {
		err = refuseEmpty(parsed)
	}
	if err != nil {
		return c.exit(usageError{err})
	}
	return c.exit(parsed.Run(c))
}

// refuseEmpty refuses flags and arguments that are there and empty: whoever
// writes --iin "" means somebody, and must not hear of nobody.
func refuseEmpty(parsed *kong.Context) error {
	for _, p := range parsed.Path {
		switch {
		case p.Flag != nil && blank(parsed.FlagValue(p.Flag)):
			return fmt.Errorf("--%s is empty: what is not meant is left out", p.Flag.Name)
		case p.Positional != nil && blank(p.Positional.Target.Interface()):
			return fmt.Errorf("%s is empty", p.Positional.Summary())
		}
	}
	return nil
}

// blank reports whether a text, or one of several, says nothing.
func blank(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v) == ""
	case []string:
		return len(v) == 0 || slices.ContainsFunc(v, func(s string) bool { return strings.TrimSpace(s) == "" })
	}
	return false
}

// console is what a subcommand has of the outside world.
type console struct {
	ctx   context.Context
	env   func(string) string
	stdin io.Reader
	out   io.Writer
	err   io.Writer
	now   func() time.Time
}

// exit tells the user of an error and returns the exit code for it.
func (c *console) exit(err error) int {
	var usage usageError
	var verdict verdictCode
	var none noAnswerError
	switch {
	case err == nil:
		return exitPassed
	case errors.As(err, &verdict):
		return int(verdict)
	case errors.As(err, &usage):
		fmt.Fprintf(c.err, "tamga: %s\nTry: tamga --help\n", clean(err.Error()))
		return exitUsage
	case errors.As(err, &none):
		fmt.Fprintf(c.err, "tamga: no answer: %s\n", clean(err.Error()))
		return exitNoAnswer
	}
	fmt.Fprintf(c.err, "tamga: %s\n", clean(err.Error()))
	return exitFailed
}

// note tells the user of something that does not stop the work.
func (c *console) note(format string, args ...any) {
	fmt.Fprintf(c.err, "note: %s\n", clean(fmt.Sprintf(format, args...)))
}

// usageError means that the command line asks for something impossible.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// noAnswerError means that verification could not answer at all.
type noAnswerError struct{ error }

func (e noAnswerError) Unwrap() error { return e.error }

// verdictCode ends a command that has said everything there is to say.
type verdictCode int

func (v verdictCode) Error() string { return fmt.Sprintf("exit code %d", int(v)) }

// versionCommand prints what was built.
type versionCommand struct{}

// Run prints the version of the module and of the Go that built it.
func (versionCommand) Run(c *console) error {
	version, goVersion, revision := "(unknown)", "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version, goVersion = info.Main.Version, info.GoVersion
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	_, err := fmt.Fprintf(c.out, "tamga %s%s, %s\n", version, revision, goVersion)
	return err
}
