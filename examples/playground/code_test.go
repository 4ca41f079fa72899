package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
	"github.com/corskit/cors/examples/internal/shown"
)

// policiesToWrite are the presets, with the public origins of the sites, policies that
// are hard to write, and random ones.
func policiesToWrite(t *testing.T) map[string][]cors.Config {
	policies := map[string][]cors.Config{
		"several Configs": {
			{Paths: []string{"/public/"}, AllowOrigins: []string{"*"}},
			{AllowOrigins: []string{"https://app.example.com"}, AllowCredentials: true, AllowHeaders: []string{"Content-Type"}},
		},
		"risks":                {{AllowOrigins: []string{"https://*.github.io", "null"}, AllowCredentials: true, AcceptRisks: []cors.Risk{cors.RiskPublicSuffix, cors.RiskNullWithCredentials}}},
		"the common names":     {{AllowOrigins: []string{"https://app.example.com"}, AllowMethods: append(cors.DefaultMethods(), "POKE"), AllowHeaders: cors.DefaultHeaders()}},
		"names like our own":   {{AllowOrigins: []string{"https://cors.example.com"}, Paths: []string{"/cors.RiskPublicSuffix"}}},
		"what a shell quotes":  {{AllowOrigins: []string{"https://app.example.com"}, PathRegexps: []string{`/it's/$HOME/"[^\\]+"`}}},
		"what a format quotes": {{AllowOrigins: []string{"https://app.example.com"}, Paths: []string{"/100%s"}}},
	}
	p, err := newLocal(0)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.servers {
		_ = s.listener.Close()
	}
	for _, preset := range p.presets() {
		cfgs, err := config.ParseJSON([]byte(preset.Policy))
		if err != nil {
			t.Fatal(err)
		}
		policies["preset "+preset.ID] = p.published(cfgs)
	}
	random := rand.New(rand.NewPCG(1, 2))
	some := func(of ...string) []string {
		random.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		return of[:random.IntN(len(of)+1)]
	}
	for i := range 8 {
		cfg := cors.Config{
			AllowOrigins:     append(some("https://*.example.com", "http://localhost:*", "https://pr-*.example.org"), "https://app.example.com"),
			AllowMethods:     some("PUT", "PATCH", "DELETE", "QUERY"),
			AllowHeaders:     some("Authorization", "Content-Type", "X-Token"),
			ExposeHeaders:    some("X-Total-Count", "ETag"),
			AllowCredentials: random.IntN(2) == 0,
			MaxAge:           random.IntN(86402) - 1,
			PassPreflight:    random.IntN(2) == 0,
			RejectDisallowed: random.IntN(2) == 0,
			PathRegexps:      some(`/v\d+/.*`, `/(a|b)"`),
		}
		policies[fmt.Sprint("random ", i)] = []cors.Config{cfg}
	}
	return policies
}

// Each policy is compiled for two frameworks, and each framework has several of them.
func TestProgramsCompileAsShown(t *testing.T) {
	policies := policiesToWrite(t)
	var all []string
	for i, name := range slices.Sorted(maps.Keys(policies)) {
		cfgs := policies[name]
		if _, err := cors.New(cfgs...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		inGo := slices.DeleteFunc(programs(cfgs), func(p Program) bool { return p.Language != "go" })
		for j, program := range inGo {
			if program.Install == "" || program.Text == "" {
				t.Errorf("%s: there is no program for %s: %s", name, program.ID, program.Note)
				continue
			}
			if j == i%len(inGo) || j == (i+3)%len(inGo) {
				all = append(all, program.Text)
			}
		}
	}
	if len(all) < 5*len(skeletons) {
		t.Fatalf("there are %d programs", len(all))
	}
	shown.Vet(t, all)
}

func TestJSONAndEnvironmentAreReadAsTheSamePolicy(t *testing.T) {
	for name, cfgs := range policiesToWrite(t) {
		t.Run(name, func(t *testing.T) {
			want, err := config.JSON(cfgs...)
			if err != nil {
				t.Fatal(err)
			}
			for _, program := range programs(cfgs) {
				var got []cors.Config
				want := want
				switch {
				case program.ID == "json":
					got, err = config.ParseJSON([]byte(program.Text))
				case program.ID == "environment" && program.Text != "":
					// A shell reads it as it would be sourced, and shows what it has read.
					out, shellErr := exec.CommandContext(t.Context(), "env", "-i", "sh", "-c", "set -a\n"+program.Text+"exec env -0").Output()
					if shellErr != nil {
						t.Fatalf("the shell refuses\n%s%v", program.Text, shellErr)
					}
					var cfg cors.Config
					cfg, _, err = config.ParseEnviron(strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"))
					got = []cors.Config{cfg}
					// Expressions have another form there, which is package config's matter.
					lines, environErr := config.Environ(cfgs[0])
					direct, _, parseErr := config.ParseEnviron(lines)
					if environErr != nil || parseErr != nil {
						t.Fatal(environErr, parseErr)
					}
					if want, parseErr = config.JSON(direct); parseErr != nil {
						t.Fatal(parseErr)
					}
				case program.ID == "environment":
					if program.Note == "" {
						t.Error("there is no environment, and no reason for it")
					}
					continue
				default:
					continue
				}
				if err != nil {
					t.Fatalf("%s is refused: %v\n%s", program.ID, err, program.Text)
				}
				text, err := config.JSON(got...)
				if err != nil {
					t.Fatal(err)
				}
				if text != want {
					t.Errorf("%s is read as\n%s\nwant\n%s", program.ID, text, want)
				}
			}
		})
	}
}

func TestCodeHasThePublicOriginsOfTheSites(t *testing.T) {
	p := &playground{sites: []Site{
		{Origin: "http://127.0.0.1:1", Public: "https://app.example.com"},
		{Origin: "http://127.0.0.1:2", Public: "https://admin.example.com"},
		{Origin: "null", Public: "null"},
	}}
	for _, test := range []struct{ title, policy, want string }{
		{"both sites", `{"allowOrigins": ["http://127.0.0.1:2", "http://127.0.0.1:1"]}`, `{"allowOrigins": ["https://admin.example.com", "https://app.example.com"]}`},
		{"a site beside its public origin", `{"allowOrigins": ["https://app.example.com", "http://127.0.0.1:1"]}`, `{"allowOrigins": ["https://app.example.com"]}`},
		{"other origins of this machine", `{"allowOrigins": ["http://127.0.0.1:3", "http://127.0.0.1:*"]}`, `{"allowOrigins": ["http://127.0.0.1:3", "http://127.0.0.1:*"]}`},
		{"a second Config", `[{"paths": ["/a/"], "allowOrigins": ["*"]}, {"allowOrigins": ["http://127.0.0.1:1"]}]`, `[{"paths": ["/a/"], "allowOrigins": ["*"]}, {"allowOrigins": ["https://app.example.com"]}]`},
		{"a risk of one entry", `{"allowOrigins": ["null", "http://127.0.0.1:1"], "allowCredentials": true, "acceptRisks": ["null-with-credentials=null"]}`, `{"allowOrigins": ["null", "https://app.example.com"], "allowCredentials": true, "acceptRisks": ["null-with-credentials=null"]}`},
		{"no origins", `{"allowOriginRegexps": ["https://(a|b)\\.example\\.com"]}`, `{"allowOriginRegexps": ["https://(a|b)\\.example\\.com"]}`},
	} {
		t.Run(test.title, func(t *testing.T) {
			var texts [2]string
			for i, text := range []string{test.policy, test.want} {
				cfgs, err := config.ParseJSON([]byte(text))
				if err != nil {
					t.Fatal(err)
				}
				if i == 0 {
					cfgs = p.published(cfgs)
				}
				if _, err := cors.New(cfgs...); err != nil {
					t.Error(err)
				}
				if texts[i], err = config.JSON(cfgs...); err != nil {
					t.Fatal(err)
				}
			}
			if texts[0] != texts[1] {
				t.Errorf("published is\n%s\nwant\n%s", texts[0], texts[1])
			}
		})
	}
}
