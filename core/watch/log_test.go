package watch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/watch"
)

// withoutTime leaves the time out of what slog's handlers write.
var withoutTime = &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}

// A textLog is a logger and what it has written.
type textLog struct {
	*slog.Logger
	mu      sync.Mutex
	written bytes.Buffer
}

func newTextLog() *textLog {
	l := new(textLog)
	l.Logger = slog.New(slog.NewTextHandler(l, withoutTime))
	return l
}

func (l *textLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written.Write(line)
}

// take returns the lines that were written since it was called last.
func (l *textLog) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.written.Reset()
	return strings.FieldsFunc(l.written.String(), func(r rune) bool { return r == '\n' })
}

func TestLogTellsWhatIsDenied(t *testing.T) {
	failing := func(context.Context, *cors.Request) (bool, error) {
		return true, errors.New("no connection to 10.0.0.1")
	}
	denying := func(context.Context, *cors.Request) (bool, error) { return false, nil }
	configs := []cors.Config{
		{Paths: []string{"/public/"}, AllowOrigins: []string{"*"}},
		{Paths: []string{"/failing/"}, AllowOrigins: []string{trusted}, AllowOriginFunc: failing},
		{Paths: []string{"/denying/"}, AllowOriginFunc: denying},
		{Paths: []string{"/api/"}, AllowOrigins: []string{trusted}},
	}
	tests := []struct {
		name    string
		request cors.Request
		want    string
	}{
		{"an actual request that is denied is logged", actual("/api/posts", "https://evil.example"),
			`level=INFO msg="CORS request blocked" kind=actual outcome=origin-denied reason=not-allowed config=3 origin=https://evil.example method=GET path=/api/posts`},
		{"a preflight that is denied is logged", preflight("/api/posts", "https://evil.example"),
			`level=INFO msg="CORS request blocked" kind=preflight outcome=origin-denied reason=not-allowed config=3 origin=https://evil.example method=OPTIONS path=/api/posts`},
		{"what AllowOriginFunc denies is logged", actual("/denying/", "https://evil.example"),
			`level=INFO msg="CORS request blocked" kind=actual outcome=origin-denied reason=func-denied config=2 origin=https://evil.example method=GET path=/denying/`},
		{"a failure of AllowOriginFunc is logged as an error", actual("/failing/", "https://evil.example"),
			`level=ERROR msg="AllowOriginFunc failed" kind=actual outcome=origin-denied reason=func-error config=1 origin=https://evil.example method=GET path=/failing/ error="\"no connection to 10.0.0.1\""`},
		{"a malformed Origin is logged", actual("/api/", "evil"),
			`level=INFO msg="CORS request blocked" kind=actual outcome=origin-denied reason=malformed config=3 origin=evil method=GET path=/api/`},
		{"a repeated Origin is asked for", cors.Request{Method: "GET", Path: "/api/", MalformedOrigin: true, Reader: &source{ctx: context.Background(), origin: "https://a.example, https://b.example"}},
			`level=INFO msg="CORS request blocked" kind=actual outcome=origin-denied reason=malformed config=3 origin="\"https://a.example, https://b.example\"" method=GET path=/api/`},
		{"an empty Origin is logged", cors.Request{Method: "GET", Path: "/api/", MalformedOrigin: true},
			`level=INFO msg="CORS request blocked" kind=actual outcome=origin-denied reason=malformed config=3 origin="" method=GET path=/api/`},
		{"the path is asked for", cors.Request{Method: "GET", Origin: "null", Reader: &source{path: "/api/asked"}},
			`level=INFO msg="CORS request blocked" kind=actual outcome=origin-denied reason=not-allowed config=3 origin=null method=GET path=/api/asked`},
		{"a preflight of an allowed origin is logged for a method that isn't allowed", asking("POKE", ""),
			`level=INFO msg="CORS request blocked" kind=preflight outcome=method-not-allowed reason=origin config=3 origin=https://app.example.com asked=POKE method=OPTIONS path=/api/`},
		{"a preflight of an allowed origin is logged for a header that isn't allowed", asking("PUT", "authorization,x-a"),
			`level=INFO msg="CORS request blocked" kind=preflight outcome=headers-not-allowed reason=origin config=3 origin=https://app.example.com asked=x-a method=OPTIONS path=/api/`},
		{"a preflight for what is allowed is not logged", asking("PUT", "authorization"), ""},
		{"what is allowed is not logged", actual("/api/", trusted), ""},
		{"what any origin may read is not logged", actual("/public/", "https://evil.example"), ""},
		{"a request without Origin is not logged", actual("/api/", ""), ""},
		{"a path that no Config applies to is not logged", actual("/other", "https://evil.example"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, log := mustNew(t, configs...), newTextLog()
			e.Watch(watch.Log(log.Logger, nil))
			serve(e, tt.request)
			if got := strings.Join(log.take(), "\n"); got != tt.want {
				t.Errorf("logged\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestLogOptionsChangeHowItLogs(t *testing.T) {
	failing := func(context.Context, *cors.Request) (bool, error) { return false, errors.New("no") }
	e := mustNew(t, cors.Config{Paths: []string{"/failing"}, AllowOriginFunc: failing}, cors.Config{AllowOrigins: []string{trusted}})
	tests := []struct {
		name    string
		options watch.LogOptions
		path    string
		want    string
	}{
		{"the level of denied requests", watch.LogOptions{Level: slog.LevelWarn}, "/", "level=WARN"},
		{"failures have a level of their own", watch.LogOptions{Level: slog.LevelDebug}, "/failing", "level=ERROR"},
		{"the level of failures", watch.LogOptions{FailureLevel: slog.LevelWarn}, "/failing", "level=WARN"},
		{"the level of failures", watch.LogOptions{FailureLevel: slog.LevelWarn}, "/", "level=INFO"},
		{"a summary", watch.LogOptions{Explain: summarize}, "/", `summary="GET / https://app.example.org"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log := newTextLog()
			e.Watch(watch.Log(log.Logger, &tt.options))
			serve(e, actual(tt.path, "https://app.example.org"))
			if lines := log.take(); len(lines) != 1 || !strings.Contains(lines[0], tt.want) {
				t.Errorf("logged %q, want %s in one line", lines, tt.want)
			}
		})
	}
}

// summarize stands for a function that explains requests, and quotes nothing.
func summarize(r *cors.Request) string { return r.Method + " " + r.Path + " " + r.Origin }

func TestAPanicOfExplainDoesNotReachTheRequest(t *testing.T) {
	e, log := mustNew(t, cors.Config{AllowOrigins: []string{trusted}}), newTextLog()
	e.Watch(watch.Log(log.Logger, &watch.LogOptions{Explain: func(*cors.Request) string { panic("no\n") }}))
	serve(e, actual("/", "https://evil.example"))
	if lines := log.take(); len(lines) != 1 || !strings.Contains(lines[0], "Explain panicked") {
		t.Errorf("logged %q", lines)
	}
}

func TestASummaryDoesNotAskAllowOriginFuncAgain(t *testing.T) {
	for _, failure := range []error{nil, errors.New("no")} {
		asked := 0
		e := mustNew(t, cors.Config{AllowOriginFunc: func(context.Context, *cors.Request) (bool, error) {
			asked++
			return false, failure
		}})
		log := newTextLog()
		e.Watch(watch.Log(log.Logger, &watch.LogOptions{Explain: summarize}))
		serve(e, actual("/", "https://evil.example"))
		if lines := log.take(); asked != 1 || len(lines) != 1 || strings.Contains(lines[0], "summary") {
			t.Errorf("asked %d times, want once; logged %q", asked, lines)
		}
	}
}

func TestASummaryIsHarmless(t *testing.T) {
	e := mustNew(t, cors.Config{AllowOrigins: []string{trusted}})
	for _, value := range hostile {
		var written bytes.Buffer
		e.Watch(watch.Log(slog.New(naiveHandler{Writer: &written}), &watch.LogOptions{Explain: summarize}))
		serve(e, cors.Request{Method: value, Path: value, Origin: value, AccessControlRequestMethod: value})
		line, rest, _ := strings.Cut(written.String(), "\n")
		if rest != "" || !strings.Contains(line, " summary=") {
			t.Errorf("logged %q", written.String())
		}
		if i := strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
			t.Errorf("%q is not printable", line)
		}
	}
}

func TestASummaryIsCut(t *testing.T) {
	e := mustNew(t, cors.Config{AllowOrigins: []string{trusted}})
	var logged []slog.Attr
	logger := slog.New(naiveHandler{attrs: &logged, Writer: io.Discard})
	e.Watch(watch.Log(logger, &watch.LogOptions{Explain: summarize}))
	r := preflight("/"+strings.Repeat("x", 2000), "https://evil.example")
	serve(e, r)
	i := slices.IndexFunc(logged, func(a slog.Attr) bool { return a.Key == "summary" })
	if i < 0 {
		t.Fatal("no summary")
	}
	if summary := logged[i].Value.String(); len(summary) != 1003 || !strings.HasSuffix(summary, "...") {
		t.Errorf("the summary has %d bytes: %s", len(summary), summary)
	}
}

// A naiveHandler writes every value as it is.
type naiveHandler struct {
	io.Writer
	attrs *[]slog.Attr // of all records
	ctx   *context.Context
}

func (h naiveHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h naiveHandler) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h naiveHandler) WithGroup(string) slog.Handler            { return h }
func (h naiveHandler) Handle(ctx context.Context, r slog.Record) error {
	line := r.Level.String() + " " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		line += " " + a.Key + "=" + a.Value.String()
		if h.attrs != nil {
			*h.attrs = append(*h.attrs, a)
		}
		return true
	})
	if h.ctx != nil {
		*h.ctx = ctx
	}
	_, err := io.WriteString(h, line+"\n")
	return err
}

// hostile are values that could make one record look like another.
var hostile = []string{
	"x\nERROR AllowOriginFunc failed origin=https://app.example.com",
	"x\r\nlevel=ERROR msg=forged",
	"x level=ERROR origin=https://app.example.com",
	`x" level=ERROR msg="forged`,
	`x","level":"ERROR`,
	`\`, `"`, `'`, "`",
	"\x1b[2K\x1b[1A\x1b[31mforged\x1b[0m", "\u009b2J", "\x00", "\x7f", "\b\b\b\bforged",
	"\u202eforged\u202c", "\u2066forged\u2069", "\u200b", "\ufeff", "\u2028forged", "\u0085forged", "ｌevel",
	"\xff\xfe", "\xc3", "\xed\xa0\x80",
	strings.Repeat("x ", 5000), strings.Repeat("\xff", 5000), strings.Repeat("\u202e", 5000),
}

func TestNobodyForgesARecord(t *testing.T) {
	failing := func(_ context.Context, r *cors.Request) (bool, error) { return false, errors.New(r.Header("X")) }
	e := mustNew(t, cors.Config{Paths: []string{"/failing"}, AllowOriginFunc: failing}, cors.Config{AllowOrigins: []string{trusted}})
	handlers := []struct {
		name  string
		new   func(io.Writer) slog.Handler
		check func(t *testing.T, line string, want []string)
	}{
		{"text", func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, withoutTime) }, checkTokens},
		{"JSON", func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, withoutTime) }, func(t *testing.T, line string, want []string) {
			var record map[string]any
			if err := json.Unmarshal([]byte(line), &record); err != nil {
				t.Errorf("%v: %s", err, line)
			}
			if got := slices.Sorted(maps.Keys(record)); !slices.Equal(got, slices.Sorted(slices.Values(append(want, "level", "msg")))) {
				t.Errorf("the attributes are %q: %s", got, line)
			}
		}},
		{"naive", func(w io.Writer) slog.Handler { return naiveHandler{Writer: w} }, checkTokens},
	}
	for _, h := range handlers {
		t.Run(h.name, func(t *testing.T) {
			for _, value := range hostile {
				requests := []cors.Request{
					{Method: "GET", Path: "/", Origin: value},
					{Method: value, Path: "/", Origin: "https://evil.example"},
					{Method: "GET", Path: "/" + value, Origin: "https://evil.example"},
					{Method: "GET", Origin: "https://evil.example", Reader: &source{path: value}},
					{Method: "GET", Path: "/", MalformedOrigin: true, Reader: &source{origin: value}},
					{Method: value, Path: value, Origin: value},
					{Method: "GET", Path: "/failing", Origin: "https://evil.example", Reader: &failure{value}},
				}
				for i, r := range requests {
					var written bytes.Buffer
					e.Watch(watch.Log(slog.New(h.new(&written)), nil))
					serve(e, r)
					line, rest, _ := strings.Cut(written.String(), "\n")
					if line == "" || rest != "" {
						t.Fatalf("request %d with %.40q is logged as %q", i, value, written.String())
					}
					if len(line) > 6000 {
						t.Errorf("request %d with %.40q: %d bytes", i, value, len(line))
					}
					for j := range len(line) {
						if line[j] < ' ' || line[j] > '~' {
							t.Fatalf("request %d with %.40q: %q is not printable ASCII", i, value, line)
						}
					}
					attrs := []string{"kind", "outcome", "reason", "config", "origin", "method", "path"}
					if r.Path == "/failing" {
						attrs = append(attrs, "error")
					}
					h.check(t, line, attrs)
				}
			}
		})
	}
}

// A failure is a source whose header X is the text of an error.
type failure struct{ text string }

func (f *failure) Context() context.Context          { return context.Background() }
func (f *failure) Route() (string, cors.PathFolding) { return "", 0 }
func (f *failure) RequestHeader(name string) string {
	if name == "X" {
		return f.text
	}
	return ""
}

// checkTokens checks that what stands outside of quotes in a line are certain
// attributes, in order, and no others.
func checkTokens(t *testing.T, line string, want []string) {
	t.Helper()
	var keys []string
	quoted, key := false, 0
	for i := 0; i < len(line); i++ {
		switch {
		case quoted && line[i] == '\\':
			i++
		case line[i] == '"':
			quoted = !quoted
		case quoted:
		case line[i] == ' ':
			key = i + 1
		case line[i] == '=':
			keys = append(keys, line[key:i])
		}
	}
	if i := slices.Index(keys, "kind"); i >= 0 {
		keys = keys[i:]
	}
	if !slices.Equal(keys, want) {
		t.Errorf("the attributes are %q: %s", keys, line)
	}
}

func TestWhatIsAlikeIsLoggedOncePerInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, log := mustNew(t, cors.Config{AllowOrigins: []string{trusted}}), newTextLog()
		e.Watch(watch.Log(log.Logger, &watch.LogOptions{Interval: 10 * time.Second}))
		check := func(want ...string) {
			t.Helper()
			synctest.Wait()
			lines := log.take()
			for i, line := range lines {
				_, lines[i], _ = strings.Cut(line, "msg=")
			}
			if !slices.Equal(lines, want) {
				t.Errorf("logged\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
			}
		}
		const (
			a        = `"CORS request blocked" kind=actual outcome=origin-denied reason=not-allowed config=0 origin=https://a.example method=GET path=/`
			moreA    = `"more CORS requests blocked" kind=actual outcome=origin-denied reason=not-allowed config=0 origin=https://a.example suppressed=`
			b        = `"CORS request blocked" kind=actual outcome=origin-denied reason=not-allowed config=0 origin=https://b.example method=GET path=/`
			flightA  = `"CORS request blocked" kind=preflight outcome=origin-denied reason=not-allowed config=0 origin=https://a.example method=OPTIONS path=/`
			interval = 10 * time.Second
		)
		serve(e, actual("/", "https://a.example"))
		check(a)
		serve(e, actual("/", "https://a.example"))
		serve(e, actual("/other", "https://a.example"))
		check()
		serve(e, actual("/", "https://b.example"))
		serve(e, preflight("/", "https://a.example"))
		check(b, flightA)
		time.Sleep(interval - time.Nanosecond)
		serve(e, actual("/", "https://a.example"))
		check()
		time.Sleep(time.Nanosecond)
		check(moreA + "3")
		time.Sleep(interval)
		check()
		serve(e, actual("/", "https://a.example"))
		check(a)
		time.Sleep(interval)
		check()
	})
}

func TestNothingIsLostBeyondTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failing := func(context.Context, *cors.Request) (bool, error) { return false, errors.New("no") }
		e := mustNew(t, cors.Config{Paths: []string{"/failing"}, AllowOriginFunc: failing}, cors.Config{AllowOrigins: []string{trusted}})
		log := newTextLog()
		e.Watch(watch.Log(log.Logger, nil))
		for i := range 10_000 {
			origin := fmt.Sprintf("https://a%d.example", i%5000)
			serve(e, actual("/", origin))
		}
		serve(e, actual("/failing", "https://evil.example"))
		if lines := log.take(); len(lines) != 51 || !strings.Contains(lines[50], "AllowOriginFunc failed") {
			t.Errorf("%d lines, want those of 50 origins and the failure", len(lines))
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		lines := log.take()
		if len(lines) != 51 {
			t.Fatalf("%d lines, want one for each of the 50, and one for the others", len(lines))
		}
		for _, line := range lines[:50] {
			if !strings.HasSuffix(line, "suppressed=1") {
				t.Errorf("%s; want one suppressed", line)
			}
		}
		if want := `level=INFO msg="more CORS requests blocked" suppressed=9900`; lines[50] != want {
			t.Errorf("%s, want %s", lines[50], want)
		}
	})
}

func TestOriginsThatBeginAlikeAreLoggedOnce(t *testing.T) {
	e, log := mustNew(t, cors.Config{AllowOrigins: []string{trusted}}), newTextLog()
	e.Watch(watch.Log(log.Logger, nil))
	for i := range 10 {
		serve(e, actual("/", strings.Repeat("x", 200)+fmt.Sprint(i)))
	}
	if lines := log.take(); len(lines) != 1 {
		t.Errorf("%d lines, want one", len(lines))
	}
}

// Under Fiber, the memory of a request is that of the next.
func TestLogKeepsNothingOfTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := mustNew(t, cors.Config{AllowOrigins: []string{trusted}})
		var kept []slog.Record // as a handler does that writes later
		var mu sync.Mutex
		e.Watch(watch.Log(slog.New(&recordHandler{func(r slog.Record) {
			mu.Lock()
			defer mu.Unlock()
			kept = append(kept, r)
		}}), nil))
		memory := []byte("https://a.exampleGET/path")
		text := unsafe.String(unsafe.SliceData(memory), len(memory))
		serve(e, cors.Request{Origin: text[:17], Method: text[17:20], Path: text[20:]})
		copy(memory, strings.Repeat("x", len(memory)))
		serve(e, actual("/path", "https://a.example"))
		time.Sleep(time.Minute)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if len(kept) != 2 || kept[1].Message != "more CORS requests blocked" {
			t.Errorf("the records are %v, want one at once and one later", kept)
		}
		for _, r := range kept {
			r.Attrs(func(a slog.Attr) bool {
				if strings.Contains(a.Value.String(), "xx") {
					t.Errorf("%s of %q has become %q", a.Key, r.Message, a.Value)
				}
				return true
			})
		}
	})
}

func TestTheContextIsThatOfTheRequest(t *testing.T) {
	type key struct{}
	asked := context.WithValue(context.Background(), key{}, "asked")
	tests := []struct {
		name   string
		source cors.RequestReader
		want   context.Context
	}{
		{"the context of the request is passed on", &source{ctx: asked, path: "/"}, asked},
		{"without a Reader, there is the background", nil, context.Background()},
		{"without a context, too", &source{path: "/"}, context.Background()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := mustNew(t, cors.Config{AllowOrigins: []string{trusted}})
			var got context.Context
			e.Watch(watch.Log(slog.New(naiveHandler{Writer: io.Discard, ctx: &got}), nil))
			serve(e, cors.Request{Method: "GET", Origin: "https://evil.example", Reader: tt.source})
			if got != tt.want {
				t.Errorf("the context is %v, want %v", got, tt.want)
			}
		})
	}
}

func TestADisabledLevelIsNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := mustNew(t, cors.Config{AllowOrigins: []string{trusted}})
		var level slog.LevelVar
		level.Set(slog.LevelWarn)
		log := newTextLog()
		e.Watch(watch.Log(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: &level})), nil))
		serve(e, actual("/", "https://evil.example"))
		level.Set(slog.LevelInfo)
		serve(e, actual("/", "https://evil.example"))
		time.Sleep(time.Minute)
		synctest.Wait()
		if lines := log.take(); len(lines) != 1 || strings.Contains(lines[0], "suppressed") {
			t.Errorf("logged %q, want the second request alone", lines)
		}
	})
}

func TestLogUsesTheDefaultLogger(t *testing.T) {
	log := newTextLog()
	before := slog.Default()
	slog.SetDefault(log.Logger)
	defer slog.SetDefault(before)
	e := mustNew(t, cors.Config{AllowOrigins: []string{trusted}})
	e.Watch(watch.Log(nil, nil))
	serve(e, actual("/", "https://evil.example"))
	if lines := log.take(); len(lines) != 1 {
		t.Errorf("logged %q", lines)
	}
}

func TestEveryDenialIsLoggedOrCountedUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := mustNew(t, cors.Config{AllowOrigins: []string{trusted}})
		var mu sync.Mutex
		logged, suppressed := 0, 0
		e.Watch(watch.Log(slog.New(&recordHandler{func(r slog.Record) {
			mu.Lock()
			defer mu.Unlock()
			n := 0
			r.Attrs(func(a slog.Attr) bool {
				if a.Key == "suppressed" {
					n = int(a.Value.Int64())
				}
				return true
			})
			if n == 0 {
				logged++
			}
			suppressed += n
		}}), &watch.LogOptions{Interval: time.Millisecond}))
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for i := range 1000 {
					serve(e, actual("/", fmt.Sprintf("https://a%d.example", (i*7+g)%100)))
					if i%100 == 99 {
						time.Sleep(time.Millisecond)
					}
				}
			})
		}
		wg.Wait()
		time.Sleep(time.Second)
		synctest.Wait()
		if logged+suppressed != 4000 || logged < 50 || suppressed == 0 {
			t.Errorf("%d logged, %d suppressed, of 4000", logged, suppressed)
		}
	})
}

// A recordHandler is a function.
type recordHandler struct{ record func(slog.Record) }

func (h *recordHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h *recordHandler) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h *recordHandler) WithGroup(string) slog.Handler            { return h }
func (h *recordHandler) Handle(_ context.Context, r slog.Record) error {
	h.record(r)
	return nil
}
