// Command release releases all modules of the repository at one version.
//
//	go run ./.ci/release 0.2.0          print the commands that release 0.2.0
//	go run ./.ci/release -tag 0.2.0     run them, except for the push
//	go run ./.ci/release -bump 0.2.0    let the modules require each other at 0.2.0
//	go run ./.ci/release -rehearse      release a copy, and use it as a stranger would
//
// The modules, their order and their versions come from go.work and the go.mod files.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/corskit/cors/ci/internal/command"
)

func main() {
	tag := flag.Bool("tag", false, "commit and tag; print the push command only")
	bump := flag.Bool("bump", false, "write `VERSION` into the go.mod files, as what modules require of each other")
	rehearsal := flag.Bool("rehearse", false, "release a copy of the last commit, and install from it in empty modules")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./.ci/release [-tag | -bump] VERSION\n       go run ./.ci/release -rehearse")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(*tag, *bump, *rehearsal, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "release: %v\n", err)
		os.Exit(1)
	}
}

func run(tag, bump, rehearsal bool, args []string) error {
	top, err := output(".", "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	repository := strings.TrimSpace(top)
	if rehearsal {
		if tag || bump || len(args) > 0 {
			return errors.New("-rehearse takes nothing else: it rehearses the version in the go.mod files")
		}
		return rehearse(repository)
	}
	if tag && bump {
		return errors.New("-bump and -tag together: bump and commit first, then tag")
	}
	if len(args) != 1 {
		return errors.New("no version, or several; write one, such as 0.2.0")
	}
	modules, err := readModules(repository)
	if err != nil {
		return err
	}
	version, err := parseVersion(args[0])
	if err != nil {
		return err
	}
	if bump {
		return runAll(repository, bumps(modules, version))
	}
	if err := problems(repository, modules, version); err != nil {
		return err
	}
	if tag {
		if err := release(repository, modules, version); err != nil {
			return err
		}
	} else {
		for _, words := range commands(modules, version) {
			fmt.Println(command.Shell(words))
		}
	}
	fmt.Println(command.Shell(push(modules, version)))
	return nil
}
