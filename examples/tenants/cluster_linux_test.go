package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"

	"github.com/corskit/cors/examples/internal/installed"
	"github.com/jackc/pgx/v5"
)

// A cluster is a PostgreSQL of the tests' own, on a socket in its directory. It
// is made for the first test that needs it.
type cluster struct {
	bin, dir  string
	as        *syscall.Credential // nil: the user who runs the test
	server    *exec.Cmd           // nil while it does not run
	ended     chan error
	output    *logbook
	databases int
}

var shared *cluster

func TestMain(m *testing.M) {
	status := m.Run()
	if shared != nil {
		shared.end()
	}
	os.Exit(status)
}

// startPostgres returns the running cluster.
func startPostgres(t *testing.T) *cluster {
	t.Helper()
	if shared == nil {
		initdb, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // fails only for a bad pattern
		if path, err := exec.LookPath("initdb"); err == nil {
			initdb = append(initdb, path)
		}
		if len(initdb) == 0 {
			installed.Skip(t, "postgresql")
		}
		c, err := newCluster(filepath.Dir(initdb[len(initdb)-1]))
		if err != nil {
			t.Fatal(err)
		}
		shared = c
	}
	shared.start(t)
	return shared
}

func newCluster(bin string) (_ *cluster, err error) {
	// Not t.TempDir: only the user who runs the test can access its parent.
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(dir)
		}
	}()
	c := &cluster{bin: bin, dir: dir, output: new(logbook)}
	if os.Getuid() == 0 { // for which PostgreSQL does not run
		if c.as, err = unprivileged(); err != nil {
			return nil, err
		}
		if err := os.Chown(dir, int(c.as.Uid), int(c.as.Gid)); err != nil {
			return nil, err
		}
	}
	out, err := c.command("initdb", "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return c, nil
}

func unprivileged() (*syscall.Credential, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as, Setpgid: true, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

// start starts the server unless it runs, and waits until it responds.
func (c *cluster) start(t *testing.T) {
	t.Helper()
	if c.server != nil {
		return
	}
	c.server = c.command("postgres", "-D", filepath.Join(c.dir, "data"), "-k", c.dir, "-c", "listen_addresses=", "-c", "fsync=off")
	c.server.Stdout, c.server.Stderr = c.output, c.output
	c.ended = make(chan error, 1)
	started := make(chan error)
	go func() {
		// The system ends the server when the thread that started it ends.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.server.Start()
		started <- err
		if err == nil {
			c.ended <- c.server.Wait()
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	await(t, "PostgreSQL responds", func() bool {
		conn, err := pgx.Connect(t.Context(), c.url("postgres"))
		if err != nil {
			return false
		}
		_ = conn.Close(t.Context())
		return true
	})
}

// stop ends the server: SIGINT shuts it down, SIGQUIT lets it crash.
func (c *cluster) stop(how syscall.Signal) {
	_ = c.server.Process.Signal(how)
	<-c.ended
	c.server = nil
}

func (c *cluster) end() {
	if c.server != nil {
		c.stop(syscall.SIGQUIT)
	}
	_ = os.RemoveAll(c.dir)
}

func (c *cluster) url(database string) string {
	return fmt.Sprintf("host=%s user=postgres dbname=%s", c.dir, database)
}

// newDatabase returns the URL of an empty database.
func (c *cluster) newDatabase(t *testing.T) string {
	t.Helper()
	c.databases++
	name := fmt.Sprintf("test%d", c.databases)
	execute(t, c.url("postgres"), "CREATE DATABASE "+name)
	return c.url(name)
}

// execute executes a statement on a connection of its own.
func execute(t *testing.T, database, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
