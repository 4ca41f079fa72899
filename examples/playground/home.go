package main

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
)

// A skeleton is the shortest program for a framework, with %s where the policy
// goes, as the arguments of New.
type skeleton struct {
	id, title string
	imports   []string // beyond package cors
	name      string   // of the package whose Config is written; the adapters have their own
	body      string
}

var skeletons = []skeleton{
	{"gin", "Gin", []string{`corsgin "github.com/corskit/cors/adapters/gin"`, `"github.com/gin-gonic/gin"`}, "corsgin", `
func main() {
	r := gin.Default()
	r.Use(corsgin.New(%s))
	r.GET("/", func(c *gin.Context) { c.String(200, "hello") })
	r.Run(":8080")
}
`},
	{"echo", "Echo", []string{`corsecho "github.com/corskit/cors/adapters/echo"`, `"github.com/labstack/echo/v4"`}, "corsecho", `
func main() {
	e := echo.New()
	e.Use(corsecho.New(%s))
	e.GET("/", func(c echo.Context) error { return c.String(200, "hello") })
	e.Logger.Fatal(e.Start(":8080"))
}
`},
	{"chi", "chi", []string{`"log"`, `"net/http"`, "", `corschi "github.com/corskit/cors/adapters/chi"`, `"github.com/go-chi/chi/v5"`}, "corschi", `
func main() {
	r := chi.NewRouter()
	r.Use(corschi.New(%s))
	r.Get("/", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) })
	log.Fatal(http.ListenAndServe(":8080", r))
}
`},
	{"fiber", "Fiber", []string{`"log"`, "", `corsfiber "github.com/corskit/cors/adapters/fiber"`, `"github.com/gofiber/fiber/v2"`}, "corsfiber", `
func main() {
	app := fiber.New()
	app.Use(corsfiber.New(%s))
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString("hello") })
	log.Fatal(app.Listen(":8080"))
}
`},
	{"nethttp", "net/http", []string{`"log"`, `"net/http"`, ""}, "cors", `
func main() {
	engine, err := cors.New(%s)
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) })
	log.Fatal(http.ListenAndServe(":8080", engine.Handler(mux)))
}
`},
}

// takeHome writes a policy as programs, as JSON and as the environment.
func takeHome(cfgs []cors.Config) []Program {
	var list []Program
	for _, s := range skeletons {
		list = append(list, s.program(cfgs))
	}
	text, err := config.JSON(cfgs...)
	list = append(list, written("json", "JSON", "json", text, err))
	if len(cfgs) != 1 {
		return append(list, Program{ID: "environment", Title: "Environment", Language: "shell", Note: "Variables describe one Config, and this policy has several: take the JSON."})
	}
	lines, err := config.Environ(cfgs[0])
	for i, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		lines[i] = name + "=" + shellQuote(value)
	}
	return append(list, written("environment", "Environment", "shell", strings.Join(lines, "\n"), err))
}

func written(id, title, language, text string, err error) Program {
	if err != nil {
		return Program{ID: id, Title: title, Language: language, Note: err.Error()}
	}
	return Program{ID: id, Title: title, Language: language, Text: strings.TrimSuffix(text, "\n") + "\n"}
}

// shellQuote quotes a value for a shell.
func shellQuote(value string) string {
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// namesCore reports whether an expression has a name of package cors: a risk, or
// a function for the common methods or headers.
func namesCore(expression string) bool {
	parsed, err := parser.ParseExpr(expression)
	if err != nil {
		return false // format.Source reports it
	}
	found := false
	ast.Inspect(parsed, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok && x.Name == "cors" {
				found = true
			}
		}
		return !found
	})
	return found
}

func (s skeleton) program(cfgs []cors.Config) Program {
	var literals []string
	for _, cfg := range cfgs {
		literal, err := config.Go(cfg)
		if err != nil {
			return written(s.id, s.title, "go", "", err)
		}
		literals = append(literals, strings.Replace(literal, "cors.Config{", s.name+".Config{", 1))
	}
	arguments := strings.Join(literals, ", ")
	if len(literals) > 1 {
		arguments = "\n" + strings.Join(literals, ",\n") + ",\n"
	}
	imports := s.imports
	if slices.ContainsFunc(literals, namesCore) {
		imports = append(imports[:len(imports):len(imports)], `cors "github.com/corskit/cors/core"`)
	}
	source := fmt.Sprintf("package main\n\nimport (\n%s\n)\n", strings.Join(imports, "\n")) + fmt.Sprintf(s.body, arguments)
	text, err := format.Source([]byte(source))
	return written(s.id, s.title, "go", string(text), err)
}
