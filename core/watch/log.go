package watch

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	cors "github.com/corskit/cors/core"
)

// LogOptions are how [Log] logs. The zero value is useful.
type LogOptions struct {
	// Level is that of blocked requests; if nil, slog.LevelInfo.
	Level slog.Leveler

	// FailureLevel is that of requests for which AllowOriginFunc failed; if nil,
	// slog.LevelError.
	FailureLevel slog.Leveler

	// Interval is how long requests that are alike are logged only once. 0 or less
	// means one minute.
	Interval time.Duration

	// Explain returns one line about a blocked request, such as the function that
	// explain.Summary of module conformance returns. Up to 1000 bytes of it are
	// logged; bytes other than printable ASCII are replaced. It takes much longer
	// than deciding. It is not called for requests that AllowOriginFunc decided
	// about, since it would call that function again.
	Explain func(*cors.Request) string
}

// Log returns a Watcher that logs the CORS requests that browsers block, by their
// origin, or because a preflight asks for a method or header that isn't allowed, and
// those for which AllowOriginFunc failed. If logger is nil, it is that of
// [slog.Default]; if options is nil, they are the zero LogOptions.
//
// A record has the attributes kind, outcome and reason (as codes), config (the
// index), method, path and origin; asked, which is the method or header that isn't
// allowed; error if AllowOriginFunc failed; and summary if Explain is set. Values of the request, and the
// error, are in printable ASCII, and in quotes unless they are plain; more than
// 200 bytes of one are cut. So nobody forges a record, whatever the handler does.
//
// In each interval, the first request of the same kind, outcome, reason, Config,
// origin and asked is logged at once, for up to 50 that differ. When the interval ends, a
// record for each of those says in the attribute suppressed how many more there
// were, and one without other attributes how many beyond the 50. Failures are
// counted apart from denials, so that strangers cannot hide them.
func Log(logger *slog.Logger, options *LogOptions) cors.Watcher {
	if logger == nil {
		logger = slog.Default()
	}
	o := LogOptions{Level: slog.LevelInfo, FailureLevel: slog.LevelError, Interval: time.Minute}
	if options != nil {
		o.Explain = options.Explain
		if options.Level != nil {
			o.Level = options.Level
		}
		if options.FailureLevel != nil {
			o.FailureLevel = options.FailureLevel
		}
		if options.Interval > 0 {
			o.Interval = options.Interval
		}
	}
	denials := newRecorder(logger, o.Level, &o, "CORS request blocked", "more CORS requests blocked")
	failures := newRecorder(logger, o.FailureLevel, &o, "AllowOriginFunc failed", "AllowOriginFunc failed more often")
	return func(r *cors.Request, d cors.Decision) {
		switch {
		case !d.Outcome(r).IsBlocked():
		case d.Err() != nil:
			failures.record(r, d)
		default:
			denials.record(r, d)
		}
	}
}

// A recorder logs requests of one level.
type recorder struct {
	logger  *slog.Logger
	level   slog.Leveler
	message string
	explain func(*cors.Request) string
	limiter limiter[denial, []slog.Attr]
}

// A denial is what requests have in common that are logged once.
type denial struct {
	kind    cors.Kind
	outcome cors.Outcome
	reason  cors.Reason
	config  int
	origin  string
	asked   string // the method or header that isn't allowed
}

func newRecorder(logger *slog.Logger, level slog.Leveler, o *LogOptions, message, more string) *recorder {
	rec := &recorder{logger: logger, level: level, message: message, explain: o.Explain}
	count := func(n int, attrs ...slog.Attr) {
		logger.LogAttrs(context.Background(), level.Level(), more, append(attrs, slog.Int("suppressed", n))...)
	}
	rec.limiter = limiter[denial, []slog.Attr]{
		interval: o.Interval,
		more:     func(attrs []slog.Attr, n int) { count(n, attrs...) },
		others:   func(n int) { count(n) },
	}
	return rec
}

func (rec *recorder) record(r *cors.Request, d cors.Decision) {
	ctx := contextOf(r)
	if !rec.logger.Enabled(ctx, rec.level.Level()) {
		return
	}
	attrs, ok := rec.limiter.first(denialOf(r, d), func(same denial) (denial, []slog.Attr) {
		same.origin, same.asked = strings.Clone(same.origin), strings.Clone(same.asked)
		attrs := []slog.Attr{
			slog.String("kind", kinds[same.kind]),
			slog.String("outcome", outcomes[same.outcome]),
			slog.String("reason", reasons[same.reason]),
			slog.Int("config", same.config),
			slog.String("origin", quote(originOf(r))),
		}
		if same.outcome != cors.OriginDenied {
			attrs = append(attrs, slog.String("asked", quote(same.asked)))
		}
		return same, attrs
	})
	if !ok {
		return
	}
	attrs = append(attrs[:len(attrs):len(attrs)], slog.String("method", quote(r.Method)), slog.String("path", quote(pathOf(r))))
	if err := d.Err(); err != nil {
		attrs = append(attrs, slog.String("error", quote(fmt.Sprint(err)))) // Sprint survives an Error that panics
	}
	if rec.explain != nil && d.Reason() != cors.ReasonFuncDenied && d.Reason() != cors.ReasonFuncError {
		attrs = append(attrs, slog.String("summary", summaryOf(rec.explain, r)))
	}
	rec.logger.LogAttrs(ctx, rec.level.Level(), rec.message, attrs...)
}

func denialOf(r *cors.Request, d cors.Decision) denial {
	same := denial{kind: d.Kind(), outcome: d.Outcome(r), reason: d.Reason(), config: d.Config(), origin: r.Origin[:min(len(r.Origin), maxValue)]}
	same.asked = asked(r, d, same.outcome)
	same.asked = same.asked[:min(len(same.asked), maxValue)]
	return same
}

// asked returns the method or header that a preflight asks for in vain.
func asked(r *cors.Request, d cors.Decision, outcome cors.Outcome) string {
	switch outcome {
	case cors.MethodNotAllowed:
		return r.AccessControlRequestMethod
	case cors.HeadersNotAllowed:
		return d.RefusedHeader(r)
	}
	return ""
}

// summaryOf returns what explain says about a request, in printable ASCII. A panic
// of explain does not reach the request.
func summaryOf(explain func(*cors.Request) string, r *cors.Request) (summary string) {
	defer func() {
		if cause := recover(); cause != nil {
			summary = "Explain panicked: " + quote(fmt.Sprint(cause))
		}
	}()
	const most = 1000
	summary = explain(r)
	end := ""
	if len(summary) > most {
		summary, end = summary[:most], "..."
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, summary) + end
}
