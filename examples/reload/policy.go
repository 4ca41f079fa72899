package main

import (
	"context"
	"errors"
	"fmt"
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
	// quiet is for how long nothing must happen before the file is read, so that
	// it is not read half-written, and busy how long that may take.
	quiet = 100 * time.Millisecond
	busy  = time.Second
	// interval is how often the file is read without anything happening: some
	// file systems tell of nothing, and of a directory above nothing is heard.
	interval = 2 * time.Second
	// maxLinks is how many a file may be behind, one after the other.
	maxLinks = 40
)

// A policy is what a file says.
type policy struct {
	engine   *cors.Engine
	file     string
	log      *slog.Logger
	interval time.Duration
	last     reading // of which the log has been told
}

// A reading is what comes of reading a file: a text or an error.
type reading struct{ text, problem string }

func read(file string) reading {
	text, err := os.ReadFile(file)
	if err != nil {
		return reading{problem: err.Error()}
	}
	return reading{text: string(text)}
}

// newPolicy puts into force what the file says, or returns every problem.
func newPolicy(file string, log *slog.Logger) (*policy, error) {
	p := &policy{engine: new(cors.Engine), file: file, log: log, interval: interval, last: read(file)}
	return p, p.apply()
}

// follow keeps the policy as the file says until ctx is done. It returns an
// error only where files cannot be watched at all.
func (p *policy) follow(ctx context.Context, hangups <-chan os.Signal) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("cannot watch %s: %w", p.file, err)
	}
	defer func() { _ = watcher.Close() }()
	ticker := time.NewTicker(p.interval)
	defer ticker.Stop()
	p.look(watcher, false)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-watcher.Events:
			settle(ctx, watcher.Events)
			p.look(watcher, false)
		case err := <-watcher.Errors:
			p.log.Warn("something may have been missed, and the file is read again", "file", p.file, "error", err)
			p.look(watcher, false)
		case <-ticker.C:
			watch(watcher, directories(p.file))
			if read(p.file) != p.last {
				settle(ctx, watcher.Events)
				p.look(watcher, false)
			}
		case <-hangups:
			p.look(watcher, true)
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

// watch has the watcher watch the directories and no others. One that cannot be
// watched is not there, or will be looked at all the same.
func watch(watcher *fsnotify.Watcher, directories []string) {
	for _, dir := range watcher.WatchList() {
		if !slices.Contains(directories, dir) {
			_ = watcher.Remove(dir)
		}
	}
	for _, dir := range directories {
		_ = watcher.Add(dir)
	}
}

// directories returns where something happens when the file changes: the
// directory that it is in, and if it is a link, that of what it links to, and so
// on. Directories are watched instead of the file, since a file that is renamed
// over it is another one.
func directories(file string) []string {
	var dirs []string
	for range maxLinks {
		dir, err := filepath.EvalSymlinks(filepath.Dir(file))
		if err != nil {
			break // it is not there
		}
		dirs = append(dirs, dir)
		target, err := os.Readlink(filepath.Join(dir, filepath.Base(file)))
		if err != nil {
			break // it is no link
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(dir, target)
		}
		file = target
	}
	return dirs
}

// look reads the file, and puts into force what it says. If that is what it said
// last time, there is nothing to do, unless somebody told it to look.
func (p *policy) look(watcher *fsnotify.Watcher, told bool) {
	watch(watcher, directories(p.file)) // first: what happens after it is read is an event
	now := read(p.file)
	if now == p.last && !told {
		return
	}
	p.last = now
	err := p.apply()
	if err == nil {
		p.log.Info("the policy is in force", "file", p.file)
		return
	}
	for _, problem := range problems(err) {
		p.log.Error("the policy is not taken, and the one before it stays", "file", p.file, "error", problem)
	}
}

// apply puts into force what was read last. If anything is wrong with it,
// nothing changes.
func (p *policy) apply() error {
	if p.last.problem != "" {
		return errors.New(p.last.problem)
	}
	cfgs, err := config.ParseJSON([]byte(p.last.text))
	if err != nil {
		return err
	}
	return p.engine.Reload(cfgs...)
}

// problems returns those of an error that has several.
func problems(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	return []error{err}
}
