package config_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/parser"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
)

func allowNone(context.Context, *cors.Request) (bool, error) { return false, nil }

func TestGoWrites(t *testing.T) {
	long := strings.Repeat("x", 40)
	tests := []struct {
		title string
		cfg   cors.Config
		want  string
	}{
		{"nothing", cors.Config{}, "cors.Config{}"},
		{"empty lists", cors.Config{Paths: []string{}, AllowMethods: []string{}, AcceptRisks: []cors.Risk{}}, "cors.Config{\n\tAllowMethods: []string{},\n}"},
		{"a list", cors.Config{AllowOrigins: []string{app, "null"}}, "cors.Config{\n\tAllowOrigins: []string{\"https://app.example.com\", \"null\"},\n}"},
		{"a list of more than a line", cors.Config{ExposeHeaders: []string{long, long}}, "cors.Config{\n\tExposeHeaders: []string{\n\t\t\"" + long + "\",\n\t\t\"" + long + "\",\n\t},\n}"},
		{"strings that need quoting", cors.Config{PathRegexps: []string{`/\d"`, "/`\\d", "/\n"}}, "cors.Config{\n\tPathRegexps: []string{`/\\d\"`, \"/`\\\\d\", \"/\\n\"},\n}"},
		{"the methods that are common, and one more", cors.Config{AllowMethods: append(cors.DefaultMethods(), "POKE")}, "cors.Config{\n\tAllowMethods: append(cors.DefaultMethods(), \"POKE\"),\n}"},
		{"the headers that are common", cors.Config{AllowHeaders: cors.DefaultHeaders()}, "cors.Config{\n\tAllowHeaders: cors.DefaultHeaders(),\n}"},
		{"the headers that are common, and more than a line", cors.Config{AllowHeaders: append(cors.DefaultHeaders(), long, long)}, "cors.Config{\n\tAllowHeaders: append(cors.DefaultHeaders(), []string{\n\t\t\"" + long + "\",\n\t\t\"" + long + "\",\n\t}...),\n}"},
		{"the methods that are common in another order", cors.Config{AllowMethods: []string{"DELETE", "GET", "OPTIONS", "PATCH", "PUT", "POST"}}, "cors.Config{\n\tAllowMethods: []string{\"DELETE\", \"GET\", \"OPTIONS\", \"PATCH\", \"PUT\", \"POST\"},\n}"},
		{"numbers, bools and risks", cors.Config{AllowCredentials: true, MaxAge: -1, AcceptRisks: []cors.Risk{cors.RiskPublicSuffix, "public-suffix=https://*.x.example", "other"}}, "cors.Config{\n\tAllowCredentials: true,\n\tMaxAge:           -1,\n\tAcceptRisks:      []cors.Risk{cors.RiskPublicSuffix, cors.RiskPublicSuffix.For(\"https://*.x.example\"), \"other\"},\n}"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			got, err := config.Go(test.cfg)
			if err != nil || got != test.want {
				t.Errorf("got\n%s, %v\nwant\n%s", got, err, test.want)
			}
			if _, err := parser.ParseExpr(got); err != nil {
				t.Error(err)
			}
		})
	}
}

// Programs of Go that hold the Configs are compiled and run, and say the same as
// package json.
func TestGoCompilesToTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	cfgs := []cors.Config{{AcceptRisks: []cors.Risk{"any-origin-with-credentials", "null-with-credentials", "insecure-origin-with-credentials", "public-suffix", "unconfined-regexp"}}}
	for range 200 {
		cfgs = append(cfgs, randomConfig(random))
	}
	var program bytes.Buffer
	program.WriteString("package main\n\nimport (\n\t\"encoding/json\"\n\t\"os\"\n\n\tcors \"github.com/corskit/cors/core\"\n)\n\nfunc main() {\n\tjson.NewEncoder(os.Stdout).Encode([]cors.Config{\n")
	for _, cfg := range cfgs {
		source, err := config.Go(cfg)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&program, "%s,\n", source)
	}
	program.WriteString("})\n}\n")
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, program.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "run", file).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	var got []cors.Config
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for i := range cfgs {
		if !reflect.DeepEqual(got[i], cfgs[i]) {
			t.Errorf("%+v comes out as %+v", cfgs[i], got[i])
		}
	}
}

func TestFunctionsAreNotWritten(t *testing.T) {
	cfg := cors.Config{AllowOriginFunc: allowNone}
	const want = "AllowOriginFunc is a function, which cannot be written; leave it out, and set it in Go on what is read"
	if text, err := config.Go(cfg); text != "" || err == nil || err.Error() != want {
		t.Errorf("Go returns %q, %v", text, err)
	}
	if text, err := config.JSON(cors.Config{}, cfg); text != "" || err == nil || err.Error() != want {
		t.Errorf("JSON returns %q, %v", text, err)
	}
}
