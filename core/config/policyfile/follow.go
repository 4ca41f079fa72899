package policyfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
	"github.com/fsnotify/fsnotify"
)

const (
	// quiet is how long nothing must happen before the file is read, so that it isn't
	// read half-written, and busy how long that may take.
	quiet = 100 * time.Millisecond
	busy  = time.Second
	// interval is how often the file is read without an event: some file systems report
	// none, and a parent directory that is replaced isn't watched.
	interval = 2 * time.Second
	// maxLinks is how many symbolic links are followed, one after the other.
	maxLinks = 40
)

// Options are how [Follow] follows a file. The zero value is useful.
type Options struct {
	// Log gets a record when a changed policy is in force, and one for each of its
	// problems when it can't be; if nil, it is that of slog.Default.
	Log *slog.Logger

	// OnReload is called after each attempt to put a changed policy into force, with nil
	// or with an error as Follow returns it, such as for a metric or a health check. The
	// file isn't read again before OnReload returns.
	OnReload func(error)

	// Reread has the file read at once, and its policy put into force even if the file
	// hasn't changed. For SIGHUP:
	//
	//	hangups := make(chan os.Signal, 1)
	//	signal.Notify(hangups, syscall.SIGHUP)
	//	options.Reread = hangups
	Reread <-chan os.Signal
}

// Follow puts the policy in a file into force, as [cors.Engine.Reload] does. Whenever
// the file changes until ctx is done, it does so again, in a goroutine of its own. If
// options is nil, they are the zero Options.
//
// If the file can't be read, or its policy has problems, Follow returns an error that
// names the file and says where each problem is, and neither changes the engine nor
// follows the file. errors.As finds a [config.Error] or [cors.ConfigError] in it. Later,
// such problems are logged and passed to OnReload, and the last good policy stays in
// force.
func Follow(ctx context.Context, engine *cors.Engine, file string, options *Options) error {
	if engine == nil {
		return errors.New("policyfile: the Engine is nil; pass one, such as new(cors.Engine)")
	}
	f := newFollower(engine, file, options)
	f.last = read(file)
	if problems := f.apply(); len(problems) > 0 {
		return f.join(problems)
	}
	go f.follow(ctx)
	return nil
}

// A follower follows a file.
type follower struct {
	Options
	engine     *cors.Engine
	file       string
	interval   time.Duration
	newWatcher func() (*fsnotify.Watcher, error)
	last       reading // what has been applied and reported
}

func newFollower(engine *cors.Engine, file string, options *Options) *follower {
	f := &follower{engine: engine, file: file, interval: interval, newWatcher: fsnotify.NewWatcher}
	if options != nil {
		f.Options = *options
	}
	if f.Log == nil {
		f.Log = slog.Default()
	}
	return f
}

// A reading is the result of reading a file. Readings are comparable: errors are those
// of the operating system.
type reading struct {
	text string
	err  error
}

func read(file string) reading {
	text, err := os.ReadFile(file)
	var inPath *fs.PathError
	if errors.As(err, &inPath) {
		err = inPath.Err // the file is named beside it
	}
	if err != nil {
		return reading{err: err}
	}
	return reading{text: string(text)}
}

// follow keeps the policy the same as that in the file until ctx is done.
func (f *follower) follow(ctx context.Context) {
	var events <-chan fsnotify.Event
	var errs <-chan error
	watcher, err := f.newWatcher()
	if err == nil {
		defer func() { _ = watcher.Close() }()
		events, errs = watcher.Events, watcher.Errors
	} else {
		watcher = nil
		f.Log.Warn("CORS policy file can't be watched, and is read at intervals", "file", f.file, "interval", f.interval, "error", err)
	}
	ticker := time.NewTicker(f.interval)
	defer ticker.Stop()
	reread := f.Reread
	f.look(ctx, watcher, false)
	for {
		select {
		case <-ctx.Done():
			return
		case <-events:
			settle(ctx, events)
			f.look(ctx, watcher, false)
		case err := <-errs:
			f.Log.Warn("changes of the CORS policy file may have been missed, and it is read again", "file", f.file, "error", err)
			f.look(ctx, watcher, false)
		case <-ticker.C:
			watch(watcher, directories(f.file))
			if read(f.file) != f.last {
				settle(ctx, events)
				f.look(ctx, watcher, false)
			}
		case _, ok := <-reread:
			if !ok {
				reread = nil
				continue
			}
			f.look(ctx, watcher, true)
		}
	}
}

// settle returns when nothing has happened for a while.
func settle(ctx context.Context, events <-chan fsnotify.Event) {
	ctx, cancel := context.WithTimeout(ctx, busy)
	defer cancel()
	for {
		select {
		case <-events:
		case <-time.After(quiet):
			return
		case <-ctx.Done():
			return
		}
	}
}

// watch has the watcher, if there is one, watch the directories and no others. A
// directory that can't be watched doesn't exist, or the file is read at intervals.
func watch(watcher *fsnotify.Watcher, directories []string) {
	if watcher == nil {
		return
	}
	for _, dir := range watcher.WatchList() {
		if !slices.Contains(directories, dir) {
			_ = watcher.Remove(dir)
		}
	}
	for _, dir := range directories {
		_ = watcher.Add(dir)
	}
}

// directories returns the directories in which something happens when the file
// changes: its own, and if it is a link, that of the link's target, and so on. The file
// itself isn't watched, since a file that is renamed over it is another one.
func directories(file string) []string {
	var dirs []string
	for range maxLinks {
		dir, err := filepath.EvalSymlinks(filepath.Dir(file))
		if err != nil {
			break // it doesn't exist
		}
		dirs = append(dirs, dir)
		target, err := os.Readlink(filepath.Join(dir, filepath.Base(file)))
		if err != nil {
			break // it isn't a link
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(dir, target)
		}
		file = target
	}
	return dirs
}

// look reads the file and applies what it says. If that hasn't changed, look does
// nothing, unless it is forced.
func (f *follower) look(ctx context.Context, watcher *fsnotify.Watcher, forced bool) {
	watch(watcher, directories(f.file)) // first, so that a change after the file is read is an event
	now := read(f.file)
	// After the read, so that nothing written after ctx is done is applied, or logged as
	// missing.
	if ctx.Err() != nil || now == f.last && !forced {
		return
	}
	f.last = now
	problems := f.apply()
	for _, problem := range problems {
		f.Log.Error("CORS policy not reloaded, and the last good one stays in force", "file", f.file, "error", problem)
	}
	if len(problems) == 0 {
		f.Log.Info("CORS policy reloaded", "file", f.file)
	}
	if f.OnReload != nil {
		f.OnReload(f.join(problems))
	}
}

// apply puts the policy that was read last into force. If it has problems, nothing
// changes.
func (f *follower) apply() (problems []error) {
	if f.last.err != nil {
		return []error{f.last.err}
	}
	cfgs, err := config.ParseJSON([]byte(f.last.text))
	if err == nil {
		err = f.engine.Reload(cfgs...)
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	if err != nil {
		return []error{err}
	}
	return nil
}

// join returns an error that has a line for each problem and begins it as compilers
// do, with FILE:LINE:COLUMN; or nil for no problems.
func (f *follower) join(problems []error) error {
	errs := make([]error, len(problems))
	for i, problem := range problems {
		separator := ": "
		if e, ok := problem.(*config.Error); ok && e.Position != (config.Position{}) {
			separator = ":"
		}
		errs[i] = fmt.Errorf("%s%s%w", f.file, separator, problem)
	}
	return errors.Join(errs...)
}
