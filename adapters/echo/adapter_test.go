package corsecho_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/corskit/cors/conformance/adaptertest"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
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
		adaptertest.Reply{Name: "a handler that returns an HTTP error", Status: http.StatusTeapot, Handler: own(func(echo.Context) error {
			return echo.NewHTTPError(http.StatusTeapot, "no")
		})},
		adaptertest.Reply{Name: "a handler behind Echo's time limit", Status: http.StatusServiceUnavailable, Handler: own(contextTimeout(time.Millisecond)(func(c echo.Context) error {
			<-c.Request().Context().Done()
			return c.Request().Context().Err()
		}))},
	)
}

// contextTimeout does what Echo's ContextTimeout does, which Echo 4.9 lacks.
func contextTimeout(limit time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			ctx, cancel := context.WithTimeout(c.Request().Context(), limit)
			defer cancel()
			c.SetRequest(c.Request().WithContext(ctx))
			err := next(c)
			if errors.Is(err, context.DeadlineExceeded) {
				return echo.ErrServiceUnavailable
			}
			return err
		}
	}
}

// Whatever handlers set, and however the header comes to be written, the response has
// the headers of the policy.
func TestHeadersThatHandlersSetAreReplaced(t *testing.T) {
	open := func(c echo.Context) { c.Response().Header().Set("Access-Control-Allow-Origin", "*") }
	for name, f := range map[string]adaptertest.Framework{
		"bare":      defaults,
		"in a gzip": framework(func(e *echo.Echo) { e.Use(middleware.Gzip()) }),
	} {
		t.Run(name, func(t *testing.T) {
			adaptertest.RunReplaced(t, f, func(string) map[string]adaptertest.Handler {
				return map[string]adaptertest.Handler{
					"writes to the writer beneath": own(func(c echo.Context) error {
						open(c)
						_, err := fmt.Fprint(c.Response().Writer, "hello")
						return err
					}),
				}
			})
		})
	}
}
