package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A test waits for this long before it gives up.
const limit = 10 * time.Second

// A logbook is a log that a test reads.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

const (
	isTaken    = "the policy is in force"
	isNotTaken = "the policy is not taken, and the one before it stays"
)

// The origin that every version of the policy allows, and one that none does.
const (
	steady = "https://steady.example.com"
	nobody = "https://nobody.example.com"
)

func origin(version int) string { return fmt.Sprintf("https://v%d.example.com", version) }

// text is a version of the policy.
func text(version int) string {
	return fmt.Sprintf("{\n  \"allowOrigins\": [%q, %q]\n}\n", steady, origin(version))
}

const (
	// broken has a name that is no field, and saysBroken is where.
	broken     = "{\n  \"allowOrigins\": [\"https://steady.example.com/\"],\n  \"alowHeaders\": []\n}\n"
	saysBroken = `error="3:3: `
	// refused can be read, and means what package cors refuses.
	refused     = "{\n  \"allowOrigins\": [\"https://steady.example.com/\"]\n}\n"
	saysRefused = `error="2:20: allowOrigins[0] `
)

// A server follows a file, and answers requests all the time. It ends with the
// test.
type server struct {
	*policy
	file    string
	log     *logbook
	hangups chan os.Signal
}

// serve serves a file that has version 0. Without an interval, it hears of
// changes or not at all.
func serve(t *testing.T, file string, interval time.Duration) *server {
	t.Helper()
	s := &server{file: file, log: new(logbook), hangups: make(chan os.Signal, 1)}
	p, err := newPolicy(file, slog.New(slog.NewTextHandler(s.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	p.interval = time.Hour
	if interval != 0 {
		p.interval = interval
	}
	s.policy = p
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := p.follow(ctx, s.hangups); err != nil {
			t.Error(err)
		}
	})
	var requests atomic.Int64
	for _, f := range []struct {
		origin  string
		allowed bool
	}{{steady, true}, {nobody, false}} {
		running.Go(func() {
			for ctx.Err() == nil {
				if s.allows(f.origin) != f.allowed {
					t.Errorf("%s is allowed: %t", f.origin, !f.allowed)
					return
				}
				requests.Add(1)
				time.Sleep(100 * time.Microsecond)
			}
		})
	}
	t.Cleanup(func() {
		stop()
		running.Wait()
		if requests.Load() == 0 {
			t.Error("no request was made")
		}
		if t.Failed() {
			t.Logf("the log says:\n%s", s.log)
		}
	})
	return s
}

func (s *server) allows(origin string) bool {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Origin", origin)
	w := httptest.NewRecorder()
	s.engine.Handler(newAPI()).ServeHTTP(w, r)
	return w.Header().Get("Access-Control-Allow-Origin") == origin
}

// obeys waits until a version is in force, and no other.
func (s *server) obeys(t *testing.T, version int) {
	t.Helper()
	await(t, fmt.Sprintf("version %d is in force", version), func() bool { return s.allows(origin(version)) })
	if s.allows(origin(version-1)) || s.allows(origin(version+1)) {
		t.Errorf("another version than %d is in force", version)
	}
}

// says waits until the log has a text so many times.
func (s *server) says(t *testing.T, text string, times int) {
	t.Helper()
	await(t, fmt.Sprintf("the log says %d times %s", times, text), func() bool { return strings.Count(s.log.String(), text) >= times })
	if got := strings.Count(s.log.String(), text); got != times {
		t.Errorf("the log says %d times %s, want %d", got, text, times)
	}
}

func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begin := time.Now(); !is(); time.Sleep(time.Millisecond) {
		if time.Since(begin) > limit {
			t.Fatalf("waited for %v, but it is not so that %s", limit, what)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	do(t, os.WriteFile(file, []byte(text), 0o600))
}

// replace writes a file so that nobody reads a part of it.
func replace(t *testing.T, file, text string) {
	t.Helper()
	write(t, file+".new", text)
	do(t, os.Rename(file+".new", file))
}

func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newFile returns a file with version 0, in a directory of its own.
func newFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cors.json")
	write(t, file, text(0))
	return file
}

func TestAFileMayBeWrittenInAnyWay(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, file string, version int)
	}{
		{"in place", func(t *testing.T, file string, version int) { write(t, file, text(version)) }},
		{"into another file that is renamed over it", func(t *testing.T, file string, version int) {
			replace(t, file, text(version))
		}},
		{"by an editor that keeps the old file", func(t *testing.T, file string, version int) {
			do(t, os.Rename(file, file+"~"))
			write(t, file, text(version))
		}},
		{"after it is removed", func(t *testing.T, file string, version int) {
			do(t, os.Remove(file))
			write(t, file, text(version))
		}},
		{"as a link to another file", func(t *testing.T, file string, version int) {
			target := filepath.Join(t.TempDir(), "policy")
			write(t, target, text(version))
			do(t, os.Symlink(target, file+".link"))
			do(t, os.Rename(file+".link", file))
		}},
		{"and then nothing else happens to what is beside it", func(t *testing.T, file string, version int) {
			write(t, filepath.Join(filepath.Dir(file), "other.json"), broken)
			write(t, file, text(version))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, newFile(t), 0)
			for version := 1; version <= 3; version++ {
				tt.change(t, s.file, version)
				s.obeys(t, version)
			}
		})
	}
}

// What the file links to changes, and the link does not.
func TestALinkedFileIsFollowed(t *testing.T) {
	t.Parallel()
	target := newFile(t)
	dir := t.TempDir()
	do(t, os.Symlink(target, filepath.Join(dir, "second")))
	do(t, os.Symlink("second", filepath.Join(dir, "cors.json")))
	s := serve(t, filepath.Join(dir, "cors.json"), 0)
	for version := 1; version <= 3; version++ {
		write(t, target, text(version))
		s.obeys(t, version)
	}
	// And is followed no more where the link points elsewhere.
	other := newFile(t)
	do(t, os.Symlink(other, filepath.Join(dir, "third")))
	do(t, os.Rename(filepath.Join(dir, "third"), filepath.Join(dir, "second")))
	s.obeys(t, 0)
	write(t, other, text(4))
	s.obeys(t, 4)
}

// A kubelet is what writes the files of a ConfigMap: into a new directory, which
// the link ..data then points to; the files are links through that.
type kubelet struct {
	dir   string
	count int
}

func (k *kubelet) project(t *testing.T, text string) {
	t.Helper()
	data := filepath.Join(k.dir, "..data")
	old, _ := os.Readlink(data) // there is none at first
	k.count++
	current := fmt.Sprintf("..2026_01_02_03_04_05.%d", k.count)
	do(t, os.Mkdir(filepath.Join(k.dir, current), 0o755))
	write(t, filepath.Join(k.dir, current, "cors.json"), text)
	do(t, os.Symlink(current, data+"_tmp"))
	do(t, os.Rename(data+"_tmp", data))
	if old == "" {
		do(t, os.Symlink(filepath.Join("..data", "cors.json"), filepath.Join(k.dir, "cors.json")))
		return
	}
	do(t, os.RemoveAll(filepath.Join(k.dir, old)))
}

func TestAConfigMapIsFollowed(t *testing.T) {
	t.Parallel()
	k := &kubelet{dir: t.TempDir()}
	k.project(t, text(0))
	s := serve(t, filepath.Join(k.dir, "cors.json"), 0)
	for version := 1; version <= 5; version++ {
		k.project(t, text(version))
		s.obeys(t, version)
	}
	s.says(t, isTaken, 5)
	s.says(t, isNotTaken, 0)

	k.project(t, refused)
	s.says(t, saysRefused, 1)
	s.obeys(t, 5)
	k.project(t, text(6))
	s.obeys(t, 6)
}

// The watcher watches what is there now, and not all that there has been.
func TestWhatIsWatchedIsWhatIsThere(t *testing.T) {
	k := &kubelet{dir: t.TempDir()}
	k.project(t, text(0))
	file := filepath.Join(k.dir, "cors.json")
	dir, err := filepath.EvalSymlinks(k.dir)
	do(t, err)
	if got, want := directories(file), []string{dir, filepath.Join(dir, "..2026_01_02_03_04_05.1")}; !slices.Equal(got, want) {
		t.Errorf("directories are %q, want %q", got, want)
	}
	do(t, os.Remove(file))
	do(t, os.Symlink("cors.json", file)) // to itself
	if got := directories(file); len(got) != maxLinks {
		t.Errorf("%d directories are watched for a link to itself", len(got))
	}
	none := filepath.Join(dir, "none")
	if got := directories(filepath.Join(none, "cors.json")); len(got) != 0 {
		t.Errorf("directories are %q, want none", got)
	}

	watcher, err := fsnotify.NewWatcher()
	do(t, err)
	t.Cleanup(func() { _ = watcher.Close() })
	other := t.TempDir()
	for _, want := range [][]string{{dir}, {dir, other}, {other}} {
		watch(watcher, append([]string{none}, want...))
		got := watcher.WatchList()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q are watched, want %q", got, want)
		}
	}
}

func TestWhatIsBrokenIsNotTaken(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		says       []string
	}{
		{"no policy", broken, []string{saysBroken}},
		{"a policy that is refused", refused, []string{saysRefused}},
		{"one that allows nothing", "{}", []string{`cors: AllowOrigins is empty`}},
		{"half a policy", text(1)[:20], []string{`error="2:`}},
		{"no text", "", []string{`error="1:1: `}},
		{"several problems", `{"maxAge": 100000, "allowOrigins": ["a"]}`, []string{`error="1:12: maxAge `, `error="1:37: allowOrigins[0] `}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, newFile(t), 0)
			for n := range 2 { // the second time is told, too
				replace(t, s.file, tt.text)
				for _, says := range tt.says {
					s.says(t, says, n+1)
				}
				s.says(t, isNotTaken, (n+1)*len(tt.says))
				s.obeys(t, n)
				replace(t, s.file, text(n+1))
				s.obeys(t, n+1)
			}
		})
	}
}

func TestAFileThatIsGoneStaysInForce(t *testing.T) {
	t.Parallel()
	s := serve(t, newFile(t), 0)
	for n := range 2 {
		do(t, os.Remove(s.file))
		s.says(t, "no such file or directory", n+1)
		s.obeys(t, n)
		write(t, s.file, text(n+1))
		s.obeys(t, n+1)
	}
}

// A write that stops half-way for longer than anyone waits is broken for that
// long.
func TestAWriteInTwoHalvesIsTakenInTheEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, newFile(t), 0)
	for version := 1; version <= 3; version++ {
		whole := text(version)
		f, err := os.Create(s.file)
		do(t, err)
		_, err = f.WriteString(whole[:len(whole)/2])
		do(t, err)
		s.says(t, `error="2:`, version)
		s.obeys(t, version-1)
		_, err = f.WriteString(whole[len(whole)/2:])
		do(t, err)
		do(t, f.Close())
		s.obeys(t, version)
	}
}

func TestOfManyWritesTheLastIsTaken(t *testing.T) {
	t.Parallel()
	s := serve(t, newFile(t), 0)
	const writes = 1000
	begin := time.Now()
	for version := 1; version <= writes; version++ {
		write(t, s.file, text(version))
		if version%100 == 0 {
			time.Sleep(quiet * 3 / 4)
		}
	}
	took := time.Since(begin)
	s.obeys(t, writes)
	t.Logf("%d writes in %v were taken %d times", writes, took, strings.Count(s.log.String(), isTaken))
}

// A file that is written in pieces is not read for each of them.
func TestAWriteInManyPiecesIsReadFewTimes(t *testing.T) {
	t.Parallel()
	s := serve(t, newFile(t), 0)
	f, err := os.Create(s.file)
	do(t, err)
	pieces := strings.SplitAfter(text(1), "")
	for _, piece := range pieces {
		_, err := f.WriteString(piece)
		do(t, err)
		time.Sleep(time.Millisecond)
	}
	do(t, f.Close())
	s.obeys(t, 1)
	if got := strings.Count(s.log.String(), isNotTaken); got > len(pieces)/4 { // none, unless the machine is busy
		t.Errorf("of %d pieces, %d were read", len(pieces), got)
	}
}

func TestSettling(t *testing.T) {
	for _, tt := range []struct {
		name   string
		events int
		takes  time.Duration
	}{
		{"nothing else happens", 0, quiet},
		{"something happens for a while", 4, 4*quiet/2 + quiet},
		{"something happens all the time", 1000, busy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				events := make(chan fsnotify.Event)
				var happening sync.WaitGroup
				happening.Go(func() {
					for range tt.events {
						time.Sleep(quiet / 2)
						select {
						case events <- fsnotify.Event{}:
						case <-ctx.Done():
							return
						}
					}
				})
				begin := time.Now()
				settle(ctx, events)
				if took := time.Since(begin); took != tt.takes {
					t.Errorf("takes %v, want %v", took, tt.takes)
				}
				stop()
				happening.Wait()
			})
		})
	}
}

// Where something happens all the time, the file is read nevertheless.
func TestABusyDirectoryDoesNotKeepAChangeAway(t *testing.T) {
	t.Parallel()
	s := serve(t, newFile(t), 0)
	ctx, stop := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	writing.Go(func() {
		for ctx.Err() == nil {
			if err := os.WriteFile(filepath.Join(filepath.Dir(s.file), "noise"), nil, 0o600); err != nil {
				t.Error(err)
			}
			time.Sleep(quiet / 20)
		}
	})
	time.Sleep(2 * quiet)
	write(t, s.file, text(1))
	s.obeys(t, 1)
	stop()
	writing.Wait()
	s.says(t, isTaken, 1)
}

// Of some changes nothing is heard: here the directory is another one.
func TestAChangeThatNobodyTellsOfIsSeen(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	for _, dir := range []string{"a", "b"} {
		do(t, os.MkdirAll(filepath.Join(base, dir, "sub"), 0o755))
	}
	point := func(to string) {
		do(t, os.Symlink(to, filepath.Join(base, "next")))
		do(t, os.Rename(filepath.Join(base, "next"), filepath.Join(base, "current")))
	}
	write(t, filepath.Join(base, "a", "sub", "cors.json"), text(0))
	write(t, filepath.Join(base, "b", "sub", "cors.json"), text(1))
	point("a")
	s := serve(t, filepath.Join(base, "current", "sub", "cors.json"), 50*time.Millisecond)
	point("b")
	s.obeys(t, 1)
	point("a")
	s.obeys(t, 0)
	s.says(t, isTaken, 2)
}

// And from then on, what happens in the new directory is heard of.
func TestADirectoryThatIsReplacedIsWatched(t *testing.T) {
	t.Parallel()
	s := serve(t, newFile(t), 0)
	dir := filepath.Dir(s.file)
	do(t, os.RemoveAll(dir))
	s.says(t, isNotTaken, 1)
	do(t, os.Mkdir(dir, 0o755))
	write(t, s.file, text(1))
	s.hangups <- os.Interrupt // which signal it is, it does not ask
	s.obeys(t, 1)
	write(t, s.file, text(2))
	s.obeys(t, 2)
}

func TestAHangupReadsTheFile(t *testing.T) {
	t.Parallel()
	s := serve(t, newFile(t), 0)
	s.hangups <- os.Interrupt
	s.says(t, isTaken, 1) // although it says what it said before
	s.hangups <- os.Interrupt
	s.says(t, isTaken, 2)
	write(t, s.file, "")
	s.says(t, isNotTaken, 1)
	s.hangups <- os.Interrupt
	s.says(t, isNotTaken, 2)
	s.obeys(t, 0)
}

func TestTheSameTextIsNoNews(t *testing.T) {
	t.Parallel()
	s := serve(t, newFile(t), 20*time.Millisecond)
	for range 3 {
		replace(t, s.file, text(0))
		time.Sleep(3 * quiet)
	}
	replace(t, s.file, broken)
	s.says(t, isNotTaken, 1)
	time.Sleep(3 * quiet)
	s.says(t, isNotTaken, 1)
	replace(t, s.file, text(1))
	s.obeys(t, 1)
	s.says(t, isTaken, 1)
}
