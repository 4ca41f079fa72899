package corsecho_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/corskit/cors/conformance/adaptertest"
	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"
)

const trusted = adaptertest.Trusted

var policy = adaptertest.Policy

func TestConformance(t *testing.T)                 { adaptertest.RunConformance(t, defaults) }
func TestPoliciesOfGroupsAndRoutes(t *testing.T)   { adaptertest.RunPolicies(t, defaults) }
func TestSkippedRequestsAreLeftAlone(t *testing.T) { adaptertest.RunSkipped(t, defaults) }

func TestWatchersAreToldOfEachRequestOnce(t *testing.T) {
	adaptertest.RunWatched(t, defaults.ServeWatched)
}

func TestContract(t *testing.T) { adaptertest.RunContract(t, defaults) }

func TestErrorsStayReadable(t *testing.T) {
	adaptertest.RunReadable(t, defaults,
		adaptertest.Reply{Name: "a handler that returns an HTTP error", Status: http.StatusTeapot, Handler: own(func(*echo.Context) error {
			return echo.NewHTTPError(http.StatusTeapot, "no")
		})},
		adaptertest.Reply{Name: "a handler behind Echo's time limit", Status: http.StatusServiceUnavailable, Handler: own(middleware.ContextTimeout(time.Millisecond)(func(c *echo.Context) error {
			<-c.Request().Context().Done()
			return c.Request().Context().Err()
		}))},
	)
}

// Whatever handlers set, and however the header comes to be written, the response has
// the headers of the policy.
func TestHeadersThatHandlersSetAreReplaced(t *testing.T) {
	open := func(c *echo.Context) { c.Response().Header().Set("Access-Control-Allow-Origin", "*") }
	for name, f := range map[string]adaptertest.Framework{
		"bare":      defaults,
		"in a gzip": framework(defaultRouter, func(e *echo.Echo) { e.Use(middleware.Gzip()) }),
		"in a writer without Unwrap": framework(defaultRouter, func(e *echo.Echo) {
			e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
				return func(c *echo.Context) error {
					c.SetResponse(struct{ http.ResponseWriter }{c.Response()})
					return next(c)
				}
			})
		}),
	} {
		t.Run(name, func(t *testing.T) {
			adaptertest.RunReplaced(t, f, func(string) map[string]adaptertest.Handler {
				return map[string]adaptertest.Handler{
					"writes to the writer beneath": own(func(c *echo.Context) error {
						open(c)
						response, err := echo.UnwrapResponse(c.Response())
						if err != nil {
							return err
						}
						_, err = fmt.Fprint(response.ResponseWriter, "hello")
						return err
					}),
					"in a hook and writes": own(func(c *echo.Context) error {
						response, err := echo.UnwrapResponse(c.Response())
						if err != nil {
							return err
						}
						response.Before(func() { open(c) })
						return c.String(http.StatusOK, "hello")
					}),
				}
			})
		})
	}
}
