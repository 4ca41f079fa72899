// Command api compares what the packages export with the list in api.txt, so that no
// change of the API goes unnoticed.
//
//	go run ./.ci/api          compare
//	go run ./.ci/api -write   write the list anew
//
// What changed since a release is git diff core/v0.1.0 -- .ci/api/api.txt.
package main

import (
	"flag"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/corskit/cors/ci/internal/command"
)

func main() {
	write := flag.Bool("write", false, "write the list")
	flag.Parse()
	if err := run(*write); err != nil {
		fmt.Fprintf(os.Stderr, "api: %v\n", err)
		os.Exit(1)
	}
}

func run(write bool) error {
	top, err := command.Output(nil, "", "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	repository := strings.TrimSpace(top)
	packages, err := forUsers(repository)
	if err != nil {
		return err
	}
	now, err := list(repository, packages)
	if err != nil {
		return err
	}
	file := filepath.Join(repository, ".ci/api/api.txt")
	if write {
		return os.WriteFile(file, []byte(now), 0o644)
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if changes := difference(string(kept), now); changes != "" {
		return fmt.Errorf("the packages don't export what .ci/api/api.txt lists; if you mean that, "+
			"run \"go run ./.ci/api -write\" and tell users in CHANGELOG.md, below ## [Unreleased]:\n%s", strings.TrimSpace(changes))
	}
	return nil
}

// forUsers returns the packages of the workspace that users import.
func forUsers(repository string) ([]string, error) {
	text, err := command.Output(nil, repository, "go", "list", "-f", `{{if ne .Name "main"}}{{.ImportPath}}{{end}}`, "work")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(strings.Fields(text), func(path string) bool {
		// Only this repository imports these, or they are nothing but tests.
		for _, own := range []string{"/internal", "/conformance/adaptertest", "/conformance/agreement", "/conformance/benchmarks", "/conformance/scoreboard", "/examples"} {
			if strings.Contains(path+"/", own+"/") {
				return true
			}
		}
		return false
	}), nil
}

// list returns what packages export, a line for each name, field and method.
func list(dir string, packages []string) (string, error) {
	// As on one system, the list is the same on all.
	environment := []string{"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0"}
	text, err := command.Output(environment, dir, append([]string{"go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, packages...)...)
	if err != nil {
		return "", err
	}
	exports := map[string]string{}
	for line := range strings.Lines(text) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	imports := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	var b strings.Builder
	for _, path := range slices.Sorted(slices.Values(packages)) {
		pkg, err := imports.Import(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "package %s\n", path)
		for _, name := range pkg.Scope().Names() {
			if token.IsExported(name) {
				for _, line := range lines(pkg.Scope().Lookup(name)) {
					fmt.Fprintf(&b, "\t%s\n", line)
				}
			}
		}
	}
	return b.String(), nil
}

// lines returns what users can see of a name. The names of parameters are left out, except
// within types and in generic functions.
func lines(object types.Object) []string {
	inPackage := types.RelativeTo(object.Pkg())
	typeOf := func(t types.Type) string { return types.TypeString(t, inPackage) }
	switch object := object.(type) {
	case *types.Const:
		return []string{fmt.Sprintf("const %s %s = %s", object.Name(), typeOf(object.Type()), object.Val().ExactString())}
	case *types.Var:
		return []string{fmt.Sprintf("var %s %s", object.Name(), typeOf(object.Type()))}
	case *types.Func:
		return []string{fmt.Sprintf("func %s%s", object.Name(), strings.TrimPrefix(typeOf(unnamed(object.Signature())), "func"))}
	}
	name := object.(*types.TypeName)
	if name.IsAlias() {
		return []string{types.ObjectString(object, inPackage)}
	}
	var all []string
	receivers := types.NewMethodSet(types.NewPointer(name.Type()))
	switch underlying := name.Type().Underlying().(type) {
	case *types.Struct:
		all = append(all, fmt.Sprintf("type %s struct", typeOf(name.Type())))
		for i := range underlying.NumFields() {
			if field := underlying.Field(i); field.Exported() {
				line := fmt.Sprintf("field %s.%s %s", name.Name(), field.Name(), typeOf(field.Type()))
				if tag := underlying.Tag(i); tag != "" {
					line += " `" + tag + "`" // names of JSON
				}
				all = append(all, line)
			}
		}
	case *types.Interface:
		all = append(all, fmt.Sprintf("type %s interface", typeOf(name.Type())))
		receivers = types.NewMethodSet(name.Type())
	default:
		all = append(all, fmt.Sprintf("type %s %s", typeOf(name.Type()), typeOf(underlying)))
	}
	values := types.NewMethodSet(name.Type())
	for i := range receivers.Len() {
		method := receivers.At(i).Obj()
		if !method.Exported() {
			continue
		}
		receiver := name.Name()
		if values.Lookup(nil, method.Name()) == nil {
			receiver = "*" + receiver
		}
		signature := unnamed(method.Type().(*types.Signature))
		all = append(all, fmt.Sprintf("method (%s) %s%s", receiver, method.Name(), strings.TrimPrefix(typeOf(signature), "func")))
	}
	return all
}

// unnamed returns a signature without the names of its parameters and results. One with
// type parameters can't be made anew with the same.
func unnamed(s *types.Signature) *types.Signature {
	if s.TypeParams().Len() > 0 {
		return s
	}
	without := func(tuple *types.Tuple) *types.Tuple {
		var all []*types.Var
		for v := range tuple.Variables() {
			all = append(all, types.NewParam(v.Pos(), v.Pkg(), "", v.Type()))
		}
		return types.NewTuple(all...)
	}
	return types.NewSignatureType(nil, nil, nil, without(s.Params()), without(s.Results()), s.Variadic())
}

// difference returns the lines of one list that the other lacks, below their package.
func difference(kept, now string) string {
	var b strings.Builder
	for _, side := range []struct{ sign, list, other string }{{"-", kept, now}, {"+", now, kept}} {
		has := map[string]bool{}
		for _, line := range qualified(side.other) {
			has[line] = true
		}
		for _, line := range qualified(side.list) {
			if !has[line] {
				fmt.Fprintf(&b, "%s %s\n", side.sign, line)
			}
		}
	}
	return b.String()
}

// qualified returns the lines of a list, each after its package.
func qualified(list string) []string {
	var all []string
	var pkg string
	for line := range strings.Lines(list) {
		line = strings.TrimRight(line, "\r\n")
		if name, found := strings.CutPrefix(line, "\t"); found {
			line = pkg + ": " + name
		} else {
			pkg = strings.TrimPrefix(line, "package ")
		}
		all = append(all, line)
	}
	return all
}
