package cors_test

import (
	"encoding/json"
	"reflect"
	"testing"

	cors "github.com/corskit/cors/core"
)

// A value for each field that encoding/json writes, and how it is written.
var jsonFields = map[string]struct {
	value any
	text  string
}{
	"Paths":               {[]string{"/api/", "/x"}, `{"paths":["/api/","/x"]}`},
	"PathRegexps":         {[]string{`/v\d+/.*`}, `{"pathRegexps":["/v\\d+/.*"]}`},
	"AllowOrigins":        {[]string{"https://app.example.com", "*"}, `{"allowOrigins":["https://app.example.com","*"]}`},
	"AllowOriginRegexps":  {[]string{`https://.*\.example\.com`}, `{"allowOriginRegexps":["https://.*\\.example\\.com"]}`},
	"AllowMethods":        {[]string{"PUT"}, `{"allowMethods":["PUT"]}`},
	"AllowHeaders":        {[]string{"X-A", "*"}, `{"allowHeaders":["X-A","*"]}`},
	"ExposeHeaders":       {[]string{"X-B"}, `{"exposeHeaders":["X-B"]}`},
	"AllowCredentials":    {true, `{"allowCredentials":true}`},
	"AllowPrivateNetwork": {true, `{"allowPrivateNetwork":true}`},
	"MaxAge":              {-1, `{"maxAge":-1}`},
	"PreflightStatus":     {200, `{"preflightStatus":200}`},
	"PassPreflight":       {true, `{"passPreflight":true}`},
	"RejectDisallowed":    {true, `{"rejectDisallowed":true}`},
	"AcceptRisks":         {[]cors.Risk{cors.RiskPublicSuffix}, `{"acceptRisks":["public-suffix"]}`},
}

func TestConfigRoundTripsThroughJSON(t *testing.T) {
	var all cors.Config
	for _, field := range reflect.VisibleFields(reflect.TypeFor[cors.Config]()) {
		t.Run(field.Name, func(t *testing.T) {
			row, ok := jsonFields[field.Name]
			if field.Type.Kind() == reflect.Func {
				if ok || field.Tag.Get("json") != "-" {
					t.Error("a function is no data: its tag must be \"-\"")
				}
				return
			}
			if !ok {
				t.Fatal("the field has no row in this test")
			}
			var c cors.Config
			reflect.ValueOf(&c).Elem().FieldByIndex(field.Index).Set(reflect.ValueOf(row.value))
			reflect.ValueOf(&all).Elem().FieldByIndex(field.Index).Set(reflect.ValueOf(row.value))
			if got := roundTrip(t, c); got != row.text {
				t.Errorf("written as %s, want %s", got, row.text)
			}
		})
	}
	t.Run("all fields at once", func(t *testing.T) { roundTrip(t, all) })
	t.Run("no field", func(t *testing.T) {
		if got := roundTrip(t, cors.Config{}); got != "{}" {
			t.Errorf("the zero Config is written as %s", got)
		}
	})
	t.Run("the function is left out", func(t *testing.T) {
		text, err := json.Marshal(cors.Config{AllowOriginFunc: allowAll})
		if err != nil || string(text) != "{}" {
			t.Errorf("written as %s, %v", text, err)
		}
	})
}

// roundTrip writes c, reads it back and returns what was written.
func roundTrip(t *testing.T, c cors.Config) string {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back cors.Config
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c, back) {
		t.Errorf("%+v comes back as %+v", c, back)
	}
	return string(text)
}
