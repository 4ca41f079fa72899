package main

import (
	"context"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The database stops under load and starts again. No decision changes because
// of that, and afterwards changes arrive as before.
func TestPostgresStopsAndStarts(t *testing.T) {
	c := startPostgres(t)
	database := c.newDatabase(t)
	var instances []*instance
	for range 2 {
		s := opened(t, func() (store, error) { return openPostgres(t.Context(), database) })
		if err := s.add(t.Context(), demoTenants); err != nil {
			t.Fatal(err)
		}
		instances = append(instances, start(t, s))
	}
	const steady, new = "https://steady.example.com", "https://new.example.com"
	instances[0].must(t, "PUT", "ada", steady)
	instances[1].awaitAllows(t, "ada", steady, true)
	stop := watch(t, instances, []fact{
		{"ada", steady, true},
		{"bob", steady, false},
		{"bob", new, false},
		{"ada", "https://nobody.example.com", false},
	})
	for n, how := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		c.stop(how)
		for _, i := range instances {
			i.log.says(t, isAway, n+1)
			if status, body := i.admin(t, "PUT", "ada", new); status != 503 {
				t.Errorf("while the database is unavailable, the response to registering is %d, %s", status, body)
			}
		}
		time.Sleep(4 * retry) // of asking in vain
		begin := time.Now()
		c.start(t)
		started := time.Since(begin)
		for _, i := range instances {
			i.log.says(t, isBack, n+1)
		}
		t.Logf("after %v, the database started in %v, and the instances were back %v later", how, started.Round(time.Millisecond), (time.Since(begin) - started).Round(time.Millisecond))
		for k, i := range instances {
			other := instances[1-k]
			i.must(t, "PUT", "ada", new)
			registered := other.awaitAllows(t, "ada", new, true)
			i.must(t, "DELETE", "ada", new)
			t.Logf("registering reached the other instance %v after the response, and removing %v", registered, other.awaitAllows(t, "ada", new, false))
		}
	}
	stop()
}

// An instance that alone loses its connection gets no changes. When it is back,
// it catches up.
func TestAnInstanceThatIsCutOffCatchesUp(t *testing.T) {
	c := startPostgres(t)
	database := c.newDatabase(t)
	relay := newRelay(t, filepath.Join(c.dir, ".s.PGSQL.5432"))
	cut := start(t, opened(t, func() (store, error) {
		return openPostgres(t.Context(), strings.Replace(database, "host="+c.dir, relay.address(), 1))
	}))
	whole := start(t, opened(t, func() (store, error) { return openPostgres(t.Context(), database) }))
	if err := whole.store.add(t.Context(), demoTenants); err != nil {
		t.Fatal(err)
	}
	const old, new = "https://old.example.com", "https://new.example.com"
	whole.must(t, "PUT", "ada", old)
	cut.awaitAllows(t, "ada", old, true)

	relay.cut()
	cut.log.says(t, isAway, 1)
	stop := watch(t, []*instance{cut}, []fact{{"ada", old, true}, {"ada", new, false}, {"bob", old, false}})
	whole.must(t, "DELETE", "ada", old)
	whole.must(t, "PUT", "ada", new)
	time.Sleep(4 * retry) // of asking in vain
	stop()

	stop = watch(t, []*instance{whole}, []fact{{"ada", old, false}, {"ada", new, true}})
	relay.restore()
	added, removed := cut.awaitAllows(t, "ada", new, true), cut.awaitAllows(t, "ada", old, false)
	t.Logf("after the connection was restored, the added origin took %v to arrive, and the removal %v more", added, removed)
	cut.log.says(t, isBack, 1)
	stop()
	if log := whole.log.String(); log != "" {
		t.Errorf("the other instance says %s", log)
	}
}

// A relay is a proxy between an instance and the database.
type relay struct {
	listener net.Listener
	socket   string
	mu       sync.Mutex
	isCut    bool
	conns    []net.Conn
}

func newRelay(t *testing.T, socket string) *relay {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: l, socket: socket}
	t.Cleanup(func() {
		_ = l.Close()
		r.cut()
	})
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			r.connect(client)
		}
	}()
	return r
}

func (r *relay) connect(client net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	server, err := net.Dial("unix", r.socket)
	if err != nil || r.isCut {
		_ = client.Close()
		if err == nil {
			_ = server.Close()
		}
		return
	}
	r.conns = append(r.conns, client, server)
	go copyAndClose(client, server)
	go copyAndClose(server, client)
}

func copyAndClose(to, from net.Conn) {
	_, _ = io.Copy(to, from) // ends when either end is closed
	_ = to.Close()
	_ = from.Close()
}

// address is the relay's address for a PostgreSQL URL.
func (r *relay) address() string {
	addr := r.listener.Addr().(*net.TCPAddr)
	return "host=127.0.0.1 port=" + strings.TrimPrefix(addr.String(), "127.0.0.1:")
}

func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.isCut = true
	for _, c := range r.conns {
		_ = c.Close()
	}
	r.conns = nil
}

func (r *relay) restore() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.isCut = false
}

// There is no notification of this change.
func TestAChangeArrivesWithoutWordOfIt(t *testing.T) {
	database := startPostgres(t).newDatabase(t)
	s := opened(t, func() (store, error) { return openPostgres(t.Context(), database) })
	if err := s.add(t.Context(), demoTenants); err != nil {
		t.Fatal(err)
	}
	i := start(t, s)
	const listens = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN tenants' AND state = 'idle'`
	await(t, "the instance listens", func() bool {
		var n int
		err := s.(*postgres).pool.QueryRow(t.Context(), listens).Scan(&n)
		return err == nil && n == 1
	})
	begin := time.Now()
	execute(t, database, `UPDATE tenants_version SET latest = latest + 1; UPDATE tenants SET origins = '{https://new.example.com}', version = (SELECT latest FROM tenants_version) WHERE id = 'ada'`)
	i.awaitAllows(t, "ada", "https://new.example.com", true)
	t.Logf("it took %v to arrive", time.Since(begin))
}

// A notification ends a wait that would otherwise last.
func TestANotificationEndsTheWait(t *testing.T) {
	database := startPostgres(t).newDatabase(t)
	waiting := opened(t, func() (store, error) { return openPostgres(t.Context(), database) }).(*postgres)
	waiting.interval = time.Hour
	other := opened(t, func() (store, error) { return openPostgres(t.Context(), database) })
	if err := waiting.wait(t.Context()); err != nil { // begins to listen
		t.Fatal(err)
	}
	for _, change := range []struct {
		name string
		make func() error
	}{
		{"a tenant is added", func() error { return other.add(t.Context(), []tenant{newTenant("ada", "x")}) }},
		{"origins are replaced", func() error { return other.update(t.Context(), "ada", replaceBy("https://a.example.com")) }},
	} {
		t.Run(change.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			ended := make(chan error, 1)
			go func() { ended <- waiting.wait(ctx) }()
			if err := change.make(); err != nil {
				t.Fatal(err)
			}
			if err := <-ended; err != nil || ctx.Err() != nil {
				t.Errorf("wait ends with %v, %v", err, ctx.Err())
			}
		})
	}
}

// Only the listening connection can be lost, too.
func TestTheListenerIsReplaced(t *testing.T) {
	database := startPostgres(t).newDatabase(t)
	s := opened(t, func() (store, error) { return openPostgres(t.Context(), database) }).(*postgres)
	s.interval = time.Hour
	if err := s.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	execute(t, database, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN tenants'`)
	if err := s.wait(t.Context()); err == nil {
		t.Error("wait returns no error")
	}
	if err := s.wait(t.Context()); err != nil { // begins to listen again
		t.Errorf("wait fails with %v", err)
	}
	execute(t, database, `NOTIFY tenants`)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if err := s.wait(ctx); err != nil || ctx.Err() != nil {
		t.Errorf("wait ends with %v, %v", err, ctx.Err())
	}
}
