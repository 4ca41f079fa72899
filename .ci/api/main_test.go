package main

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		{"a constant, with its value", `const X Kind = "x"; type Kind string`, `const X Kind = "x"`},
		{"a variable", `var X = []int{1}`, `var X []int`},
		{"a function, without the names of its parameters", `func X(a, b int, more ...string) (n int, err error) { return 0, nil }`, `func X(int, int, ...string) (int, error)`},
		{"a generic function", `func X[T any](list []T) T { return list[0] }`, `func X[T any](list []T) T`},
		{"an alias", `type X = []int`, `type X = []int`},
		{"a defined type and its methods", `type X int; func (x X) Get() int { return int(x) }; func (x *X) Set(n int) {}; func (x X) hidden() {}`,
			"type X int\nmethod (X) Get() int\nmethod (*X) Set(int)"},
		{"a struct, without unexported fields", "type X struct { A int `json:\"a\"`; b int; C *X }", "type X struct\nfield X.A int `json:\"a\"`\nfield X.C *X"},
		{"a promoted method", `type X struct { y }; type y struct{}; func (y) Get() {}`, "type X struct\nmethod (X) Get()"},
		{"an interface", `type X interface { Do(n int) error; hidden() }`, "type X interface\nmethod (X) Do(int) error"},
		{"a generic type", `type X[T any] struct { V T }; func (x *X[T]) Set(v T) {}`, "type X[T any] struct\nfield X.V T\nmethod (*X) Set(T)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, "x.go", "package p; "+tt.source, 0)
			if err != nil {
				t.Fatal(err)
			}
			pkg, err := (&types.Config{Importer: importer.Default()}).Check("p", files, []*ast.File{file}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(lines(pkg.Scope().Lookup("X")), "\n"); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestDifference(t *testing.T) {
	const kept = "package a\n\tfunc F()\n\tfunc G()\npackage b\n\tfunc F()\n"
	for _, tt := range []struct{ name, now, want string }{
		{"none", kept, ""},
		{"a function less", "package a\n\tfunc G()\npackage b\n\tfunc F()\n", "- a: func F()\n"},
		{"another signature", "package a\n\tfunc F(int)\n\tfunc G()\npackage b\n\tfunc F()\n", "- a: func F()\n+ a: func F(int)\n"},
		{"a package more", kept + "package c\n", "+ package c\n"},
	} {
		if got := difference(kept, tt.now); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

func TestNoPackageForThisRepositoryAloneIsListed(t *testing.T) {
	packages, err := forUsers("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"core", "core/watch/otel", "adapters/fiber/v3", "conformance/explain"} {
		if !slices.ContainsFunc(packages, func(path string) bool { return strings.HasSuffix(path, "/cors/"+want) }) {
			t.Errorf("%s is missing from %q", want, packages)
		}
	}
	for _, path := range packages {
		if strings.Contains(path, "/internal/") || strings.Contains(path, "benchmarks") || strings.HasSuffix(path, "/examples") {
			t.Errorf("%s is listed", path)
		}
	}
}
