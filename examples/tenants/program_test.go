package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"github.com/corskit/cors/examples/internal/installed"
	"github.com/corskit/cors/examples/internal/shown"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A program is a running program, as a user sees it.
type program struct {
	url         string
	suggestions []shown.Command
	log         *logbook
	end         func() error
}

func runProgram(t *testing.T, o options) *program {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	printed, out := io.Pipe()
	p := &program{log: new(logbook)}
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, out, slog.New(slog.NewTextHandler(p.log, nil)), o)
		_ = out.CloseWithError(fmt.Errorf("the program ended: %w", err))
		ended <- err
	}()
	p.end = func() error {
		interrupt()
		go func() { _, _ = io.Copy(io.Discard, printed) }()
		return <-ended
	}
	var promise string
	lines := bufio.NewScanner(printed)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		switch words := strings.Fields(line); {
		case strings.HasPrefix(line, "The API "):
			p.url = strings.TrimSuffix(words[8], ",")
		case strings.HasPrefix(line, "# "):
			promise = line
		case strings.HasPrefix(line, "curl "):
			p.suggestions = append(p.suggestions, shown.Command{Promise: promise, Line: line})
		case strings.HasPrefix(line, "Ctrl+C "):
			return p
		}
	}
	t.Fatal(lines.Err())
	return nil
}

func TestSuggestedCommandsDoWhatIsPromised(t *testing.T) {
	installed.Require(t, "curl", "curl")
	for _, kind := range []struct {
		name    string
		options func(*testing.T) options
	}{
		{"SQLite for as long as it runs", func(*testing.T) options { return options{} }},
		{"SQLite", func(t *testing.T) options { return options{file: filepath.Join(t.TempDir(), "tenants.db")} }},
		{"PostgreSQL", func(t *testing.T) options { return options{databaseURL: startPostgres(t).newDatabase(t)} }},
	} {
		t.Run(kind.name, func(t *testing.T) {
			p := runProgram(t, kind.options(t))
			if len(p.suggestions) != 4 {
				t.Fatalf("suggests %d commands, want 4", len(p.suggestions))
			}
			for _, s := range p.suggestions {
				if err := s.Check(t); err != nil {
					t.Error(err)
				}
			}
			if err := p.end(); err != nil {
				t.Errorf("ends with %v", err)
			}
			if p.log.String() != "" {
				t.Errorf("logs %s", p.log)
			}
		})
	}
}

func TestWithoutAFileNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	p := runProgram(t, options{})
	if files, err := filepath.Glob(filepath.Join(dir, "*", "tenants.db")); err != nil || len(files) != 1 {
		t.Errorf("while it runs, there are %q, %v", files, err)
	}
	if err := p.end(); err != nil {
		t.Errorf("ends with %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("leaves %v behind, %v", left, err)
	}
}

// Registered origins persist when the program runs again, and another instance sees them.
func TestProgramsShareTheirTenants(t *testing.T) {
	for _, kind := range []struct {
		name    string
		options func(*testing.T) options
	}{
		{"SQLite", func(t *testing.T) options { return options{file: filepath.Join(t.TempDir(), "tenants.db")} }},
		{"PostgreSQL", func(t *testing.T) options { return options{databaseURL: startPostgres(t).newDatabase(t)} }},
	} {
		t.Run(kind.name, func(t *testing.T) {
			o := kind.options(t)
			const site = "https://shop.example.com"
			first, second := runProgram(t, o), runProgram(t, o)
			(&instance{url: first.url}).must(t, "PUT", "ada", site)
			(&instance{url: second.url}).awaitAllows(t, "ada", site, true)
			for _, p := range []*program{first, second} {
				if err := p.end(); err != nil {
					t.Errorf("ends with %v", err)
				}
			}
			third := runProgram(t, o)
			if allowed, err := (&instance{url: third.url}).allows("ada", site); !allowed || err != nil {
				t.Errorf("after all have ended, the site may read what is ada's: %t, %v", allowed, err)
			}
			if err := third.end(); err != nil {
				t.Errorf("ends with %v", err)
			}
		})
	}
}

func TestTheProgramDoesNotStart(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	port := taken.Addr().(*net.TCPAddr).Port
	dir := t.TempDir()
	noDatabase := filepath.Join(dir, "text")
	if err := os.WriteFile(noDatabase, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		options options
		says    []string
	}{
		{"on a port that is taken", options{port: port}, []string{fmt.Sprintf("cannot listen on port %d", port), syscall.EADDRINUSE.Error(), "-port"}},
		{"with a file in a directory that there is not", options{file: filepath.Join(dir, "none", "tenants.db")}, []string{"cannot open the store in " + filepath.Join(dir, "none", "tenants.db"), "-file"}},
		{"with a file that is no database", options{file: noDatabase}, []string{"cannot open the store", "not a database", "-file"}},
		{"with a URL that is none", options{databaseURL: "postgres://127.0.0.1:x"}, []string{"cannot open the store in PostgreSQL", "DATABASE_URL"}},
		{"PostgreSQL does not run", options{databaseURL: "postgres://postgres@127.0.0.1:1/tenants"}, []string{"cannot open the store in PostgreSQL", "connect", "DATABASE_URL"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			err := run(t.Context(), &out, slog.New(slog.DiscardHandler), tt.options)
			if err == nil || out.Len() > 0 {
				t.Fatalf("error is %v, and it prints %q", err, &out)
			}
			for _, want := range tt.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error is %v, want it to contain %q", err, want)
				}
			}
		})
	}
}
