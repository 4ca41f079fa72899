package corsgin_test

import (
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

func TestMisuse(t *testing.T) {
	adaptertest.RunMisuse(t, defaults)
	adaptertest.RunSecondMiddleware(t, defaults)
}

func TestMisuseOfTheFramework(t *testing.T) {
	tests := []struct {
		name string
		do   func(r *gin.Engine)
		says []string
	}{
		{"Attach after routes", func(r *gin.Engine) {
			r.GET("/posts", func(*gin.Context) {})
			corsgin.Attach(r)
		}, []string{`corsgin: Attach after routes: Gin runs middleware only for routes added later; call Attach before the first route`}},
		{"Attach after routes of a group", func(r *gin.Engine) {
			r.Group("/api").GET("/posts", func(*gin.Context) {})
			corsgin.Attach(r)
		}, []string{`corsgin: Attach after routes: Gin runs middleware only for routes added later; call Attach before the first route`}},
		{"Attach to no router", func(r *gin.Engine) { corsgin.Attach(nil) }, []string{`corsgin: Attach: the router is nil; pass the one that gin.New returned`}},
		{"a handler without an engine", func(r *gin.Engine) { corsgin.Handler(nil, r) }, []string{`corsgin: Handler: the engine is nil; check the error that cors.New returned`}},
		{"a handler without a router", func(r *gin.Engine) { corsgin.Handler(new(cors.Engine), nil) }, []string{`corsgin: Handler: the router is nil; pass the one that gin.New returned`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			adaptertest.ExpectPanic(t, func() { tt.do(newRouter()) }, tt.says...)
		})
	}
}
