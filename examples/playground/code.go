package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
)

// A skeleton is the shortest program for a framework, with %s where the policy goes,
// as the arguments of New.
type skeleton struct {
	id, title string
	modules   string   // the arguments of go get
	imports   []string // beyond package cors
	name      string   // of the package whose Config is written; the adapters have their own
	body      string
}

// core is the module that the other ways to write a policy need.
const core = "github.com/corskit/cors/core"

var skeletons = []skeleton{
	{"nethttp", "net/http", core, []string{`"log"`, `"net/http"`, ""}, "cors", `
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
	{"gin", "Gin", "github.com/corskit/cors/adapters/gin github.com/gin-gonic/gin",
		[]string{`corsgin "github.com/corskit/cors/adapters/gin"`, `"github.com/gin-gonic/gin"`}, "corsgin", `
func main() {
	r := gin.Default()
	r.Use(corsgin.New(%s))
	r.GET("/", func(c *gin.Context) { c.String(200, "hello") })
	r.Run(":8080")
}
`},
	{"echo", "Echo v4", "github.com/corskit/cors/adapters/echo github.com/labstack/echo/v4",
		[]string{`corsecho "github.com/corskit/cors/adapters/echo"`, `"github.com/labstack/echo/v4"`}, "corsecho", `
func main() {
	e := echo.New()
	e.Use(corsecho.New(%s))
	e.GET("/", func(c echo.Context) error { return c.String(200, "hello") })
	e.Logger.Fatal(e.Start(":8080"))
}
`},
	{"echo5", "Echo v5", "github.com/corskit/cors/adapters/echo/v5 github.com/labstack/echo/v5",
		[]string{`"log"`, "", `corsecho "github.com/corskit/cors/adapters/echo/v5"`, `"github.com/labstack/echo/v5"`}, "corsecho", `
func main() {
	e := echo.New()
	e.Use(corsecho.New(%s))
	e.GET("/", func(c *echo.Context) error { return c.String(200, "hello") })
	log.Fatal(e.Start(":8080"))
}
`},
	{"chi", "chi", "github.com/corskit/cors/adapters/chi github.com/go-chi/chi/v5",
		[]string{`"log"`, `"net/http"`, "", `corschi "github.com/corskit/cors/adapters/chi"`, `"github.com/go-chi/chi/v5"`}, "corschi", `
func main() {
	r := chi.NewRouter()
	r.Use(corschi.New(%s))
	r.Get("/", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) })
	log.Fatal(http.ListenAndServe(":8080", r))
}
`},
	{"fiber", "Fiber v2", "github.com/corskit/cors/adapters/fiber github.com/gofiber/fiber/v2",
		[]string{`"log"`, "", `corsfiber "github.com/corskit/cors/adapters/fiber"`, `"github.com/gofiber/fiber/v2"`}, "corsfiber", `
func main() {
	app := fiber.New()
	app.Use(corsfiber.New(%s))
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString("hello") })
	log.Fatal(app.Listen(":8080"))
}
`},
	{"fiber3", "Fiber v3", "github.com/corskit/cors/adapters/fiber/v3 github.com/gofiber/fiber/v3",
		[]string{`"log"`, "", `corsfiber "github.com/corskit/cors/adapters/fiber/v3"`, `"github.com/gofiber/fiber/v3"`}, "corsfiber", `
func main() {
	app := fiber.New()
	app.Use(corsfiber.New(%s))
	app.Get("/", func(c fiber.Ctx) error { return c.SendString("hello") })
	log.Fatal(app.Listen(":8080"))
}
`},
}

// published returns a policy with the public origins of the sites in place of those
// that they have here.
func (p *playground) published(cfgs []cors.Config) []cors.Config {
	public := make(map[string]string)
	for _, site := range p.sites {
		public[site.Origin] = site.Public
	}
	published := slices.Clone(cfgs)
	for i, cfg := range cfgs {
		var origins []string
		for _, origin := range cfg.AllowOrigins {
			origin = cmp.Or(public[origin], origin)
			if !slices.Contains(origins, origin) { // two become one if both were there
				origins = append(origins, origin)
			}
		}
		published[i].AllowOrigins = origins
		published[i].AcceptRisks = slices.Clone(cfg.AcceptRisks)
		for j, risk := range cfg.AcceptRisks {
			if name, entry, found := strings.Cut(string(risk), "="); found {
				published[i].AcceptRisks[j] = cors.Risk(name).For(cmp.Or(public[entry], entry))
			}
		}
	}
	return published
}

// programs writes a policy as programs, as JSON and as environment variables.
func programs(cfgs []cors.Config) []Program {
	var list []Program
	for _, s := range skeletons {
		list = append(list, s.program(cfgs))
	}
	text, err := config.JSON(cfgs...)
	list = append(list, Program{ID: "json", Title: "JSON", Language: "json", Install: goGet(core), Note: "ParseJSON of package core/config reads it."}.written(text, err))
	environment := Program{ID: "environment", Title: "Environment", Language: "shell", Install: goGet(core), Note: "ParseEnviron of package core/config reads these variables."}
	if len(cfgs) != 1 {
		environment.Install, environment.Note = "", "Environment variables describe one Config, and this policy has several. Use JSON."
		return append(list, environment)
	}
	lines, err := config.Environ(cfgs[0])
	for i, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		lines[i] = name + "=" + shellQuote(value)
	}
	return append(list, environment.written(strings.Join(lines, "\n"), err))
}

func goGet(modules string) string { return "go get " + modules + "\n" }

// written returns the program with its text, or with the error that there is in place
// of it.
func (p Program) written(text string, err error) Program {
	if err != nil {
		p.Install, p.Note = "", err.Error()
		return p
	}
	p.Text = strings.TrimSuffix(text, "\n") + "\n"
	return p
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
	program := Program{ID: s.id, Title: s.title, Language: "go", Install: goGet(s.modules)}
	var literals []string
	for _, cfg := range cfgs {
		literal, err := config.Go(cfg)
		if err != nil {
			return program.written("", err)
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
	return program.written(string(text), err)
}
