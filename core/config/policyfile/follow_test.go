package policyfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
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
	isReloaded    = "CORS policy reloaded"
	isNotReloaded = "CORS policy not reloaded, and the last good one stays in force"
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
	// broken has a name that isn't a field, and saysBroken is its position.
	broken     = "{\n  \"allowOrigins\": [\"https://steady.example.com\"],\n  \"alowHeaders\": []\n}\n"
	saysBroken = `error="3:3: `
	// refused is JSON of the right form, and package cors rejects it.
	refused     = "{\n  \"allowOrigins\": [\"https://steady.example.com/\"]\n}\n"
	saysRefused = `error="2:20: allowOrigins[0] `
)

// A server has an engine that follows a file, and answers requests all the time. It
// ends with the test.
type server struct {
	*follower
	log    *logbook
	reread chan os.Signal

	mu        sync.Mutex
	reloadErr error // the last that OnReload got
}

// serve follows a file that has version 0. Without an interval, the server reads the
// file for events only.
func serve(t *testing.T, file string, interval time.Duration) *server {
	t.Helper()
	s := newServer(t, file)
	if interval != 0 {
		s.interval = interval
	}
	s.start(t)
	return s
}

// newServer returns a server that has version 0 in force and doesn't follow yet.
func newServer(t *testing.T, file string) *server {
	t.Helper()
	s := &server{log: new(logbook), reread: make(chan os.Signal, 1)}
	s.follower = newFollower(new(cors.Engine), file, &Options{
		Log:    slog.New(slog.NewTextHandler(s.log, nil)),
		Reread: s.reread,
		OnReload: func(err error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.reloadErr = err
		},
	})
	s.interval = time.Hour
	s.last = read(file)
	if problems := s.apply(); len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

func (s *server) start(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.follow(ctx) })
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
		if t.Failed() {
			t.Logf("the log says:\n%s", s.log)
		}
	})
	await(t, "requests are made", func() bool { return requests.Load() > 0 })
}

func (s *server) allows(origin string) bool { return allows(s.engine, origin) }

func allows(engine *cors.Engine, origin string) bool {
	return engine.Decide(&cors.Request{Method: "GET", Path: "/", Origin: origin}).Allowed()
}

// lastError returns the error that OnReload got last.
func (s *server) lastError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reloadErr
}

// obeys waits until a version is in force, and no other.
func (s *server) obeys(t *testing.T, version int) {
	t.Helper()
	await(t, fmt.Sprintf("version %d is in force", version), func() bool { return s.allows(origin(version)) })
	if s.allows(origin(version-1)) || s.allows(origin(version+1)) {
		t.Errorf("another version than %d is in force", version)
	}
}

// says waits until the log has a text the given number of times.
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
			t.Fatalf("waited for %v, and it isn't true that %s", limit, what)
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

// The target of a link changes, and the link doesn't.
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
	// After the link changes, the old target isn't followed.
	other := newFile(t)
	do(t, os.Symlink(other, filepath.Join(dir, "third")))
	do(t, os.Rename(filepath.Join(dir, "third"), filepath.Join(dir, "second")))
	s.obeys(t, 0)
	write(t, other, text(4))
	s.obeys(t, 4)
}

// A kubelet writes the files of a ConfigMap: into a new directory, to which the link
// ..data then points; the files are links through that.
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
	s.says(t, isReloaded, 5)
	s.says(t, isNotReloaded, 0)

	k.project(t, refused)
	s.says(t, saysRefused, 1)
	s.obeys(t, 5)
	k.project(t, text(6))
	s.obeys(t, 6)
}

// The watcher drops directories that the file has left.
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
			for n := range 2 { // the second time is logged, too
				replace(t, s.file, tt.text)
				for _, says := range tt.says {
					s.says(t, says, n+1)
				}
				s.says(t, isNotReloaded, (n+1)*len(tt.says))
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

// A write that pauses half-way for longer than quiet is read, and rejected.
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
	t.Logf("%d writes in %v were taken %d times", writes, took, strings.Count(s.log.String(), isReloaded))
}

// A file that is written in pieces isn't read after each of them.
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
	if got := strings.Count(s.log.String(), isNotReloaded); got > len(pieces)/4 { // none, unless the machine is busy
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

// The file is read even if something happens in its directory all the time.
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
	s.says(t, isReloaded, 1)
}

// Some changes cause no event: here a parent directory is replaced.
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
	s.says(t, isReloaded, 2)
}

// After that, changes in the new directory cause events.
func TestADirectoryThatIsReplacedIsWatched(t *testing.T) {
	t.Parallel()
	s := serve(t, newFile(t), 0)
	dir := filepath.Dir(s.file)
	do(t, os.RemoveAll(dir))
	s.says(t, isNotReloaded, 1)
	do(t, os.Mkdir(dir, 0o755))
	write(t, s.file, text(1))
	s.reread <- os.Interrupt // any signal does
	s.obeys(t, 1)
	write(t, s.file, text(2))
	s.obeys(t, 2)
}

func TestAHangupReadsTheFile(t *testing.T) {
	t.Parallel()
	s := serve(t, newFile(t), 0)
	s.reread <- os.Interrupt
	s.says(t, isReloaded, 1) // although the file hasn't changed
	s.reread <- os.Interrupt
	s.says(t, isReloaded, 2)
	write(t, s.file, "")
	s.says(t, isNotReloaded, 1)
	s.reread <- os.Interrupt
	s.says(t, isNotReloaded, 2)
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
	s.says(t, isNotReloaded, 1)
	time.Sleep(3 * quiet)
	s.says(t, isNotReloaded, 1)
	do(t, os.Remove(s.file))
	s.says(t, isNotReloaded, 2)
	time.Sleep(3 * quiet)
	s.says(t, isNotReloaded, 2)
	replace(t, s.file, text(1))
	s.obeys(t, 1)
	s.says(t, isReloaded, 1)
}

// Without options, the log is slog's.
func TestFollowWithoutOptions(t *testing.T) {
	file := newFile(t)
	log := new(logbook)
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	engine := new(cors.Engine)
	do(t, Follow(t.Context(), engine, file, nil))
	if !allows(engine, origin(0)) {
		t.Fatal("version 0 isn't in force when Follow returns")
	}
	replace(t, file, text(1))
	await(t, "version 1 is in force", func() bool { return allows(engine, origin(1)) })
	await(t, "the log says so", func() bool { return strings.Contains(log.String(), isReloaded) })
}

func TestFollowReturnsEveryProblemAndChangesNothing(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		lines      []string // without the file's name
		is         func(error) bool
	}{
		{"no file", "", []string{": no such file or directory"}, func(err error) bool { return errors.Is(err, fs.ErrNotExist) }},
		{"several problems", `{"maxAge": 100000, "allowOrigins": ["a"]}`, []string{":1:12: maxAge ", ":1:37: allowOrigins[0] "}, func(err error) bool {
			var first *config.Error
			return errors.As(err, &first) && first.Column == 12
		}},
		{"allows nothing", "{}", []string{": cors: AllowOrigins is empty"}, func(err error) bool {
			var first *cors.ConfigError
			return errors.As(err, &first) && first.Code == cors.CodeOriginMissing
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "cors.json")
			if tt.text != "" {
				write(t, file, tt.text)
			}
			engine, err := cors.New(cors.Config{AllowOrigins: []string{steady}})
			do(t, err)
			before := engine.Generation()
			err = Follow(t.Context(), engine, file, nil)
			if err == nil || !tt.is(err) {
				t.Fatalf("error is %v", err)
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(tt.lines) {
				t.Fatalf("error is %v, want %d lines", err, len(tt.lines))
			}
			for i, line := range tt.lines {
				if !strings.HasPrefix(lines[i], file+line) {
					t.Errorf("line %d is %s, want %s", i, lines[i], file+line)
				}
			}
			if engine.Generation() != before || !allows(engine, steady) {
				t.Error("the policy has changed")
			}
		})
	}
	if err := Follow(t.Context(), nil, newFile(t), nil); err == nil || !strings.Contains(err.Error(), "new(cors.Engine)") {
		t.Errorf("without an engine, the error is %v", err)
	}
}

func TestOnReloadGetsTheOutcome(t *testing.T) {
	t.Parallel()
	s := serve(t, newFile(t), 0)
	replace(t, s.file, broken)
	await(t, "OnReload gets the error that Follow would return", func() bool {
		err := s.lastError()
		return err != nil && strings.HasPrefix(err.Error(), s.file+":3:3: ")
	})
	replace(t, s.file, text(1))
	await(t, "OnReload gets nil", func() bool { return s.lastError() == nil })
	s.obeys(t, 1)
}

// Where the operating system allows no more watchers, the file is read at intervals.
func TestWithoutAWatcherTheFileIsRead(t *testing.T) {
	t.Parallel()
	s := newServer(t, newFile(t))
	s.interval = 20 * time.Millisecond
	s.newWatcher = func() (*fsnotify.Watcher, error) { return nil, errors.New("too many open files") }
	s.start(t)
	s.says(t, "too many open files", 1)
	for version := 1; version <= 3; version++ {
		write(t, s.file, text(version))
		s.obeys(t, version)
	}
}

// A file that is half-written when the interval ends isn't read before it is whole.
func TestAnIntervalThatEndsDuringAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, newFile(t))
		s.interval = interval
		s.newWatcher = func() (*fsnotify.Watcher, error) { return nil, errors.New("too many open files") }
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go s.follow(ctx)
		time.Sleep(interval - quiet/2)
		write(t, s.file, text(1)[:20])
		time.Sleep(quiet)
		write(t, s.file, text(1))
		time.Sleep(quiet)
		s.obeys(t, 1)
		s.says(t, isReloaded, 1)
		s.says(t, isNotReloaded, 0)
	})
}

func TestNothingIsReloadedAfterTheEnd(t *testing.T) {
	s := newServer(t, newFile(t))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, text := range []string{text(1), broken} {
		write(t, s.file, text)
		s.look(ctx, nil, true)
	}
	s.follow(ctx)
	s.obeys(t, 0)
	if s.log.String() != "" {
		t.Errorf("the log says %s", s.log)
	}
}

func TestAClosedRereadIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := serve(t, newFile(t), 0)
	close(s.reread)
	replace(t, s.file, text(1))
	s.obeys(t, 1)
	s.says(t, isReloaded, 1)
}
