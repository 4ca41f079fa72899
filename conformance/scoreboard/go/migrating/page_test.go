package migrating

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
	ginContrib "github.com/gin-contrib/cors"
	goChi "github.com/go-chi/cors"
	fiber2 "github.com/gofiber/fiber/v2/middleware/cors"
	fiber3 "github.com/gofiber/fiber/v3/middleware/cors"
	"github.com/gorilla/handlers"
	jub0bs "github.com/jub0bs/cors"
	echo4 "github.com/labstack/echo/v4/middleware"
	echo5 "github.com/labstack/echo/v5/middleware"
	rs "github.com/rs/cors"
)

func readPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// words returns a text with single spaces, however its lines are broken.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }

// sections returns the sections of the page by heading.
func sections(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, section := range strings.Split(readPage(t), "\n## ")[1:] {
		heading, text, _ := strings.Cut(section, "\n")
		all[heading] = text
	}
	return all
}

// A program is a function of the test files that the page shows.
type program struct {
	text    string // its body, without what the page leaves out
	imports string // of its file
}

// programs returns the functions of the files for before and after, and of the defaults.
func programs(t *testing.T) map[string]program {
	t.Helper()
	all := make(map[string]program)
	for _, pattern := range []string{"*_before_test.go", "*_after_test.go", "defaults_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files, %v", pattern, err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, declaration := range parsed.Decls {
				if f, ok := declaration.(*ast.FuncDecl); ok {
					// A position is an offset and one.
					imports, _, _ := strings.Cut(string(source), "\nfunc ")
					all[f.Name.Name] = program{shown(string(source[f.Body.Lbrace : f.Body.Rbrace-1])), imports}
				}
			}
		}
	}
	return all
}

// shown returns a body as the page shows it: without what it returns if that is a
// variable, and of a function that only returns an expression, the expression.
func shown(body string) string {
	body = strings.TrimSpace(strings.ReplaceAll(body, "\n\t", "\n"))
	body = regexp.MustCompile(`\nreturn \w+$`).ReplaceAllString(body, "")
	return strings.TrimPrefix(body, "return ")
}

var (
	blocks = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")
	ofCORS = regexp.MustCompile(`"[^"]*(?:corskit|/cors|/handlers|/middleware)[^"]*"`)
	parts  = regexp.MustCompile(`(?m)^// (Before|After).*?(?:: import (.*))?$\n`)
)

// What the page shows is what the tests run.
func TestPageShowsThePrograms(t *testing.T) {
	all := programs(t)
	isShown := make(map[string]bool)
	for heading, section := range sections(t) {
		for _, block := range blocks.FindAllStringSubmatch(section, -1) {
			marks := parts.FindAllStringSubmatchIndex(block[1], -1)
			if len(marks) == 0 || marks[0][0] != 0 {
				t.Errorf("%s: a program doesn't say whether it is Before or After:\n%s", heading, block[1])
			}
			for i, mark := range marks {
				end := len(block[1])
				if i+1 < len(marks) {
					end = marks[i+1][0]
				}
				kind, text := block[1][mark[2]:mark[3]], strings.TrimSpace(block[1][mark[1]:end])
				found := false
				for name, p := range all {
					if strings.HasSuffix(name, kind) && p.text == text {
						isShown[name] = true
						found = found || mark[4] < 0 || strings.Contains(p.imports, "\t"+block[1][mark[4]:mark[5]]+"\n")
					}
				}
				if !found {
					t.Errorf("%s: no function of the tests, with that import, is\n%s", heading, text)
				}
			}
		}
	}
	defaults := sections(t)["Defaults"]
	run, err := os.ReadFile("pairs_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range all {
		if !strings.HasSuffix(name, "Before") && !strings.HasSuffix(name, "After") {
			isShown[name] = strings.Contains(defaults, "`"+p.text+"`")
		}
		if !isShown[name] {
			t.Errorf("the page doesn't show %s:\n%s", name, p.text)
		}
		for _, path := range ofCORS.FindAllString(p.imports, -1) {
			if !strings.Contains(readPage(t), path) && !strings.Contains(readPage(t), strings.ReplaceAll(path, `"`, "`")) {
				t.Errorf("the page doesn't show that %s imports %s", name, path)
			}
		}
		if name != "djangoAfter" && !regexp.MustCompile(`\b`+name+`\b`).Match(run) {
			t.Errorf("no pair runs %s", name)
		}
	}
	for _, expression := range regexp.MustCompile("`((?:cors|handlers|middleware)\\.[^`]*[)}])`").FindAllStringSubmatch(defaults, -1) {
		same := func(p program) bool { return p.text == expression[1] }
		if expression[1] != `cors.Config{AllowOrigins: []string{"*"}}` && !slices.ContainsFunc(slices.Collect(maps.Values(all)), same) {
			t.Errorf("Defaults: no function of the tests returns %s", expression[1])
		}
	}
}

// optionsOfGorilla are functions, which reflection can't list.
var optionsOfGorilla = map[string]any{
	"AllowedOrigins": handlers.AllowedOrigins, "AllowedMethods": handlers.AllowedMethods, "AllowedHeaders": handlers.AllowedHeaders,
	"ExposedHeaders": handlers.ExposedHeaders, "AllowCredentials": handlers.AllowCredentials, "MaxAge": handlers.MaxAge,
	"AllowedOriginValidator": handlers.AllowedOriginValidator, "OptionStatusCode": handlers.OptionStatusCode, "IgnoreOptions": handlers.IgnoreOptions,
}

func fields(types ...reflect.Type) map[string]bool {
	all := make(map[string]bool)
	for _, of := range types {
		for _, field := range reflect.VisibleFields(of) {
			if field.IsExported() {
				all[field.Name] = true
			}
		}
	}
	return all
}

// Every field of the other libraries is in the table of its section, and every field
// that the table names exists.
func TestTablesHaveAllFields(t *testing.T) {
	gorilla := make(map[string]bool)
	for name := range optionsOfGorilla {
		gorilla[name] = true
	}
	ours := fields(reflect.TypeFor[cors.Config]())
	libraries := map[string]map[string]bool{
		"gin-contrib/cors": fields(reflect.TypeFor[ginContrib.Config]()),
		"rs/cors":          fields(reflect.TypeFor[rs.Options]()),
		"go-chi/cors":      fields(reflect.TypeFor[goChi.Options]()),
		"jub0bs/cors":      fields(reflect.TypeFor[jub0bs.Config]()),
		"gorilla/handlers": gorilla,
		"Echo":             fields(reflect.TypeFor[echo4.CORSConfig](), reflect.TypeFor[echo5.CORSConfig]()),
		"Fiber":            fields(reflect.TypeFor[fiber2.Config](), reflect.TypeFor[fiber3.Config]()),
	}
	tested := make(map[string]bool)
	for _, p := range pairs() {
		tested[p.section] = true
	}
	names := regexp.MustCompile("`(\\w+)`")
	ofConfig := regexp.MustCompile(`^(?:Allow|Expose|MaxAge|P[ar]\w+ght|Reject|Accept)\w*$`)
	for heading, section := range sections(t) {
		theirs := libraries[heading]
		if theirs == nil {
			if !slices.Contains([]string{"What changes", "What New refuses", "Defaults", "django-cors-headers"}, heading) {
				t.Errorf("no test is about the section %q", heading)
			}
			continue
		}
		if !tested[heading] {
			t.Errorf("%s: no pair of programs", heading)
		}
		listed := make(map[string]bool)
		for _, row := range regexp.MustCompile(`(?m)^\| (.*) \| (.*) \|$`).FindAllStringSubmatch(section, -1) {
			for _, name := range names.FindAllStringSubmatch(row[1], -1) {
				listed[name[1]] = true
				if !theirs[name[1]] {
					t.Errorf("%s has no %s", heading, name[1])
				}
				if strings.HasPrefix(row[2], "the same names") && !ours[name[1]] {
					t.Errorf("%s: a Config has no %s", heading, name[1])
				}
			}
			for _, name := range names.FindAllStringSubmatch(row[2], -1) {
				if ofConfig.MatchString(name[1]) && !ours[name[1]] {
					t.Errorf("%s: a Config has no %s", heading, name[1])
				}
			}
		}
		for name := range theirs {
			if !listed[name] {
				t.Errorf("%s: the table leaves out %s", heading, name)
			}
		}
	}
	for heading := range libraries {
		if sections(t)[heading] == "" {
			t.Errorf("the page has no section %q", heading)
		}
	}
}

// The settings of a Django project on the page are the policy beside them.
func TestDjangoOnThePage(t *testing.T) {
	settings := regexp.MustCompile("(?ms)^```json\n(.*?)^```$").FindStringSubmatch(sections(t)["django-cors-headers"])
	if settings == nil {
		t.Fatal("the page shows no settings")
	}
	policy, notes, err := config.ParseDjango([]byte(settings[1]))
	if err != nil || len(notes) > 0 {
		t.Fatal(notes, err)
	}
	if want := djangoAfter(); !reflect.DeepEqual(policy, want) {
		t.Errorf("%+v\nwant %+v", policy, want)
	}
}
