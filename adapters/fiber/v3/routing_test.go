package corsfiber_test

import (
	"fmt"
	"testing"

	"github.com/corskit/cors/conformance/adaptertest"
	"github.com/gofiber/fiber/v3"
)

func optionSets() (routers []adaptertest.Router) {
	for bits := range 1 << 4 {
		on := func(bit int) bool { return bits>>bit&1 == 1 }
		f := framework(fiber.Config{CaseSensitive: on(0), StrictRouting: on(1), UnescapePath: on(2), Immutable: on(3)})
		routers = append(routers, f.NamedRouter(fmt.Sprintf("CaseSensitive=%t StrictRouting=%t UnescapePath=%t Immutable=%t", on(0), on(1), on(2), on(3))))
	}
	return routers
}

func TestPathsAreReadAsFiberRoutesThem(t *testing.T) {
	adaptertest.RunRouting(t, optionSets())
}

func FuzzRouting(f *testing.F) { adaptertest.FuzzRouting(f, optionSets()) }
