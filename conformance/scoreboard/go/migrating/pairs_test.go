package migrating

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	fiber2 "github.com/gofiber/fiber/v2"
	fiber3 "github.com/gofiber/fiber/v3"
	jub0bs "github.com/jub0bs/cors"
	echo4 "github.com/labstack/echo/v4"
	echo5 "github.com/labstack/echo/v5"
)

// The differences that the page names.
var (
	safelisted = difference{
		"GET, HEAD and POST are always allowed.",
		func(q question, before, after outcome) bool {
			return isSafelisted(q.Method) && before.isBlocked() && !after.isBlocked()
		},
	}
	cause = difference{
		"A preflight response names all that the policy allows.",
		func(_ question, before, after outcome) bool {
			named := []fetch.Step{fetch.StepPreflightMethod, fetch.StepPreflightHeader, fetch.StepPreflightAuthorization, fetch.StepAllowOrigin}
			return before.step == fetch.StepAllowOriginMissing && before.handled == after.handled && slices.Contains(named, after.step)
		},
	}
	ownOptions = difference{
		"An OPTIONS request that isn't a preflight reaches your handlers.",
		func(q question, before, after outcome) bool {
			return q.Method == http.MethodOptions && !before.handled && after.handled
		},
	}
	ownHost = difference{
		"gin-contrib/cors takes pages at the API's own host for the API's own, over http as well.",
		func(q question, before, after outcome) bool {
			return q.origin == "http://api.example.com" && before.step == fetch.StepAllowOriginMissing
		},
	}
	afterSpace = difference{
		"Fiber v2 never matches a pattern that comes after a comma and a space.",
		func(q question, before, after outcome) bool {
			return strings.HasSuffix(q.origin, ".partner.example") && before.step == fetch.StepAllowOriginMissing
		},
	}
	uploads = difference{
		"Without Methods and RequestHeaders, jub0bs/cors fails every preflight, even that for a listener of an upload's progress.",
		func(q question, before, after outcome) bool {
			return q.UseCORSPreflight && before.step == fetch.StepAllowOriginMissing && !after.isBlocked()
		},
	}
	unlistedOptions = difference{
		"rs/cors and go-chi/cors always allow the method OPTIONS to scripts.",
		func(q question, before, after outcome) bool {
			return q.Method == http.MethodOptions && !before.isBlocked() && after.step == fetch.StepPreflightMethod
		},
	}
)

func pairs() []pair {
	return []pair{
		{"gin-contrib/cors", "gin-contrib", inGin(ginContribBefore), inGin(ginContribAfter), []difference{ownOptions}},
		{"rs/cors", "rs", inNetHTTP(rsBefore), inNetHTTP(rsAfter), []difference{safelisted, cause, unlistedOptions}},
		{"go-chi/cors", "go-chi", inChi(goChiBefore), inChi(goChiAfter), []difference{safelisted, cause}},
		{"jub0bs/cors", "jub0bs", inNetHTTP(jub0bsBefore), here(jub0bsAfter()), []difference{cause}},
		{"gorilla/handlers", "gorilla", inNetHTTP(gorillaBefore), here(gorillaAfter()), []difference{safelisted, cause, ownOptions}},
		{"Echo", "Echo v4", inEcho4(echo4Before), inEcho4(echo4After), []difference{ownOptions}},
		{"Echo", "Echo v5", inEcho5(echo5Before), inEcho5(echo5After), nil},
		{"Fiber", "Fiber v2", inFiber2(fiber2Before), inFiber2(fiber2After), []difference{afterSpace}},
		{"Fiber", "Fiber v3", inFiber3(fiber3Before), inFiber3(fiber3After), nil},

		{"Defaults", "gin-contrib's default", inGin(func(r *gin.Engine) { r.Use(ginContribDefault()) }), here(ginContribDefaultHere()), []difference{ownOptions, ownHost}},
		{"Defaults", "rs's default", inNetHTTP(rsDefault().Handler), here(rsDefaultHere()), []difference{cause, unlistedOptions}},
		{"Defaults", "rs's AllowAll", inNetHTTP(rsAllowAll().Handler), here(allowAllHere()), nil},
		{"Defaults", "go-chi's default", inChi(func(r *chi.Mux) { r.Use(goChiDefault()) }), here(goChiDefaultHere()), []difference{cause, unlistedOptions}},
		{"Defaults", "go-chi's AllowAll", inNetHTTP(goChiAllowAll().Handler), here(allowAllHere()), nil},
		{"Defaults", "jub0bs's shortest", inNetHTTP(jub0bsHandler(jub0bsDefault())), here(simplestHere()), []difference{cause, uploads}},
		{"Defaults", "gorilla's default", inNetHTTP(gorillaDefault()), here(simplestHere()), []difference{cause, ownOptions}},
		{"Defaults", "Echo v4's default", inEcho4(func(e *echo4.Echo) { e.Use(echo4Default()) }), here(allHeadersHere()), []difference{ownOptions}},
		{"Defaults", "Echo v5's default", inEcho5(func(e *echo5.Echo) { e.Use(echo5Default()) }), here(allHeadersHere()), nil},
		{"Defaults", "Fiber v2's default", inFiber2(func(app *fiber2.App) { app.Use(fiber2Default()) }), here(allHeadersHere()), nil},
		{"Defaults", "Fiber v3's default", inFiber3(func(app *fiber3.App) { app.Use(fiber3Default()) }), here(allHeadersHere()), nil},
	}
}

// here returns the application behind a policy.
func here(policy cors.Config) http.RoundTripper {
	engine, err := cors.New(policy)
	if err != nil {
		panic(err)
	}
	return inNetHTTP(engine.Handler)
}

func jub0bsHandler(config jub0bs.Config) func(http.Handler) http.Handler {
	middleware, err := jub0bs.NewMiddleware(config)
	if err != nil {
		panic(err)
	}
	return middleware.Wrap
}
