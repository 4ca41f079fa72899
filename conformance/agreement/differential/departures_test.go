package differential

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corskit/cors/conformance/browsers"
	"github.com/corskit/cors/conformance/fetch"
)

// departures are all that are known. They apply in this order.
var departures = []*departure{
	{
		name:  "preflight cache of Chromium",
		where: map[browsers.Engine]string{browsers.Chromium: "services/network/cors/preflight_cache.cc"},
		does:  "the newest answer is kept for an origin and a URL, with or without credentials, and removed by a request that it does not allow, but not by a network error; for an opaque origin, no longer than one call",
		cache: newChromiumCache,
	},
	{
		name:  "preflight cache of Firefox",
		where: map[browsers.Engine]string{browsers.Firefox: "netwerk/protocol/http/nsCORSListenerProxy.cpp"},
		does:  "tokens are kept, a wildcard as one that nothing asks for; HEAD has to be found, too; only a failed CORS check removes them",
		cache: func() preflightCache { return tokenCache{} },
	},
	{
		name:  "preflight cache of WebKit",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebCore/loader/CrossOriginPreflightResultCache.cpp"},
		does:  "the newest answer is kept for an origin and a URL with its fragment, even if it does not allow the request; it is removed by a request that it does not allow, but not by a network error",
		cache: newWebKitCache,
	},
	{
		name: "wildcard covers Authorization",
		where: map[browsers.Engine]string{
			browsers.Chromium: "services/network/cors/preflight_result.cc",
			browsers.Firefox:  "netwerk/protocol/http/nsCORSListenerProxy.cpp",
			browsers.WebKit:   "Source/WebCore/loader/CrossOriginPreflightResultCache.cpp",
		},
		does: "Access-Control-Allow-Headers: * allows Authorization, too, where credentials are not included",
		reads: func(e *exchange) {
			if e.isPreflight && !e.credentials && slices.Contains(members(e.response.Header, "Access-Control-Allow-Headers"), "*") {
				e.response.Header.Add("Access-Control-Allow-Headers", "Authorization")
			}
		},
	},
	{
		name: "uploads need their method allowed",
		where: map[browsers.Engine]string{
			browsers.Chromium: "services/network/cors/preflight_result.cc",
			browsers.Firefox:  "netwerk/protocol/http/nsCORSListenerProxy.cpp",
			browsers.WebKit:   "Source/WebCore/loader/CrossOriginPreflightResultCache.cpp",
		},
		does: "where Access-Control-Allow-Methods is missing, a request with the use-CORS-preflight flag does not have its method allowed",
		reads: func(e *exchange) {
			if e.isPreflight && e.step.Upload && e.response.Header[allowMethods] == nil {
				e.response.Header.Set(allowMethods, "")
			}
		},
	},
	{
		name: "quoted methods",
		where: map[browsers.Engine]string{
			browsers.Firefox: "dom/base/nsContentUtils.cpp",
			browsers.WebKit:  "Source/WebCore/platform/network/HTTPParsers.cpp",
		},
		does: "X-HTTP-Method and the like are split at commas inside quoted strings, too, and then forbidden",
		asks: func(s *step) {
			s.Headers = slices.DeleteFunc(s.Headers, func(h scriptHeader) bool {
				switch strings.ToLower(h.Name) {
				case "x-http-method", "x-http-method-override", "x-method-override":
					return slices.ContainsFunc(strings.Split(h.Value, ","), func(member string) bool {
						return slices.Contains([]string{"CONNECT", "TRACE", "TRACK"}, strings.ToUpper(strings.Trim(member, " \t\r\n")))
					})
				}
				return false
			})
		},
	},
	{
		name: "headers of one name are combined",
		where: map[browsers.Engine]string{
			browsers.Chromium: "net/http/http_request_headers.cc",
			browsers.WebKit:   "Source/WebCore/platform/network/HTTPHeaderMap.cpp",
		},
		does: "headers that a script sets with the same name are one before it is looked at whether they are safelisted",
		asks: func(s *step) {
			if s.Mode == fetch.ModeNoCORS {
				return
			}
			var combined []scriptHeader
			first := map[string]int{} // by name, of those that can be set
			for _, h := range s.Headers {
				name := strings.ToLower(h.Name)
				if isSet, _ := judgedAlone(h); isSet {
					h.Value = strings.Trim(h.Value, " \t\r\n")
					if i, ok := first[name]; ok {
						combined[i].Value += ", " + h.Value
						continue
					}
					first[name] = len(combined)
				}
				combined = append(combined, h)
			}
			s.Headers = combined
		},
	},
	{
		name: "Range beyond 63 bits",
		where: map[browsers.Engine]string{
			browsers.Chromium: "services/network/public/cpp/cors/cors.cc",
			browsers.Firefox:  "dom/base/nsContentUtils.cpp",
			browsers.WebKit:   "Source/WebCore/platform/network/HTTPParsers.cpp",
		},
		does: "a Range header with a number that a signed integer of 64 bits does not hold is not safelisted",
		judges: func(_ *step, h scriptHeader) judgement {
			match := singleRange.FindStringSubmatch(h.Value)
			if match == nil || !strings.EqualFold(h.Name, "Range") {
				return asStandard
			}
			for _, number := range match[1:] {
				if _, err := strconv.ParseInt(number, 10, 64); number != "" && err != nil {
					return unsafe
				}
			}
			return asStandard
		},
	},
	{
		name:  "lenient Range",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebCore/platform/network/HTTPParsers.cpp"},
		does:  "a Range header is safelisted, too, if its unit is not in lower case or its numbers have a plus sign",
		judges: func(_ *step, h scriptHeader) judgement {
			if strings.EqualFold(h.Name, "Range") && lenientRange.MatchString(h.Value) && !singleRange.MatchString(h.Value) {
				return safe
			}
			return asStandard
		},
	},
	{
		name:  "Range is written anew",
		where: map[browsers.Engine]string{browsers.Chromium: "net/http/partial_data.cc"},
		does:  "a Range header that can be parsed is sent in lower case and without spaces, plus signs and leading zeros, if the method is GET",
		sends: func(e *exchange) {
			if e.request.Method != "GET" {
				return
			}
			match := spacedRange.FindStringSubmatch(e.request.Header.Get("Range"))
			if match == nil {
				return
			}
			for i, number := range match {
				if match[i] = strings.TrimLeft(number, "+0"); number != "" && match[i] == "" {
					match[i] = "0"
				}
			}
			e.request.Header.Set("Range", "bytes="+match[1]+"-"+match[2])
		},
	},
	{
		name:  "client hints are safelisted",
		where: map[browsers.Engine]string{browsers.Chromium: "services/network/public/cpp/cors/cors.cc"},
		does:  "client hints, as scripts set them, are safelisted if their values have the right form",
		judges: func(_ *step, h scriptHeader) judgement {
			pattern, ok := clientHints[strings.ToLower(h.Name)]
			if ok && pattern.MatchString(h.Value) {
				return safe
			}
			return asStandard
		},
	},
	{
		name:  "redirects take client hints away",
		where: map[browsers.Engine]string{browsers.Chromium: "third_party/blink/common/client_hints/client_hints.cc"},
		does:  "client hints but Save-Data, as scripts set them, are not sent after a redirect to another origin than the page's",
		sends: func(e *exchange) {
			if e.from == nil || e.origin() == e.page {
				return
			}
			for name := range clientHints {
				if name != "save-data" {
					e.request.Header.Del(name)
				}
			}
		},
		asksAgain: func(e *exchange) (names []string, ok bool) {
			for _, name := range e.headers {
				if _, isHint := clientHints[name]; !isHint || name == "save-data" || e.origin() == e.page {
					names = append(names, name)
				}
			}
			return names, e.isPreflight && (len(names) > 0 || !isSafelistedMethod(e.method))
		},
	},
	{
		name:  "User-Agent cannot be set",
		where: map[browsers.Engine]string{browsers.Chromium: "https://issues.chromium.org/issues/40450316"},
		does:  "a User-Agent header that a script sets is dropped",
		asks: func(s *step) {
			s.Headers = slices.DeleteFunc(s.Headers, func(h scriptHeader) bool { return strings.EqualFold(h.Name, "User-Agent") })
		},
	},
	{
		name:  "no redirect without Location",
		where: map[browsers.Engine]string{browsers.Chromium: "net/http/http_response_headers.cc"},
		does:  "a response with a redirect status and no Location, or an empty one, is no redirect, unless the redirect mode is manual",
		reads: func(e *exchange) {
			if e.step.Redirect != fetch.RedirectManual && strings.Join(e.response.Header.Values("Location"), "") == "" {
				e.isNoRedirect()
			}
		},
		shows: wasNoRedirect,
	},
	{
		name:  "no redirect without a Location header",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebKit/NetworkProcess/soup/NetworkDataTaskSoup.cpp"},
		does:  "a response with a redirect status and no Location, or an empty one where redirects are not followed, is no redirect; if the redirect mode is manual, it is an opaque-redirect filtered response whose body can be read",
		reads: func(e *exchange) {
			values := e.response.Header.Values("Location")
			isFollowed := e.step.Redirect == "" || e.step.Redirect == fetch.RedirectFollow
			if len(values) == 0 || !isFollowed && strings.Join(values, "") == "" {
				e.isNoRedirect()
			}
		},
		shows: func(s *step, o *observation) {
			wasNoRedirect(s, o)
			if s.Redirect == fetch.RedirectManual && isRedirect(o.Seen.Status) {
				o.Seen.Type, o.Seen.Status, o.Seen.StatusText, o.Seen.Headers = "opaqueredirect", 0, "", nil
			}
		},
	},
	{
		name: "several Locations are an error",
		where: map[browsers.Engine]string{
			browsers.Chromium: "net/http/http_stream_parser.cc",
			browsers.Firefox:  "netwerk/protocol/http/nsHttpHeaderArray.cpp",
		},
		does: "a response with several Location headers that differ is a network error, whatever its status",
		reads: func(e *exchange) {
			e.broken = e.broken || len(slices.Compact(slices.Clone(e.response.Header.Values("Location")))) > 1
		},
	},
	{
		name: "the same Location twice",
		where: map[browsers.Engine]string{
			browsers.Chromium: "net/http/http_stream_parser.cc",
			browsers.Firefox:  "netwerk/protocol/http/nsHttpHeaderArray.cpp",
		},
		does: "several Location headers with the same value are one",
		reads: func(e *exchange) {
			if values := slices.Compact(slices.Clone(e.response.Header.Values("Location"))); len(values) == 1 {
				e.response.Header.Set("Location", values[0])
			}
		},
	},
	{
		name:  "a Location that is no URL is an error",
		where: map[browsers.Engine]string{browsers.Chromium: "net/url_request/url_request_job.cc"},
		does:  "a redirect whose Location cannot be parsed is a network error, even if the redirect mode is manual",
		reads: func(e *exchange) {
			e.broken = e.broken || isRedirect(e.response.StatusCode) && !leadsSomewhere(e.response.Header)
		},
	},
	{
		name:  "redirects to credentials are errors",
		where: map[browsers.Engine]string{browsers.Chromium: "third_party/blink/renderer/core/loader/frame_fetch_context.cc"},
		does:  "a redirect to a URL with a username or a password is a network error, even within the own origin or in mode no-cors",
		reads: func(e *exchange) {
			location, err := e.request.URL.Parse(e.response.Header.Get("Location"))
			if err == nil && location.User.String() != "" && isRedirect(e.response.StatusCode) && e.step.Redirect != fetch.RedirectManual {
				e.response.Header.Set("Location", "https://")
			}
		},
	},
	{
		name:  "redirects without CORS make the origin opaque",
		where: map[browsers.Engine]string{browsers.Chromium: "net/url_request/redirect_util.cc"},
		does:  "in mode no-cors, a request has Origin: null once it is redirected to another origin",
		sends: func(e *exchange) {
			if e.from == nil || e.step.Mode != fetch.ModeNoCORS || e.request.Header.Get("Origin") == "" {
				return
			}
			if e.from.request.Header.Get("Origin") == "null" || e.from.origin() != e.origin() {
				e.request.Header.Set("Origin", "null")
			}
		},
	},
	{
		name:  "preflights after redirects have the page's origin",
		where: map[browsers.Engine]string{browsers.Firefox: "netwerk/protocol/http/nsCORSListenerProxy.cpp"},
		does:  "a preflight has the origin of the page even after redirects that make the origin opaque, and is checked against that, or not checked where the redirect leads back to it",
		sends: func(e *exchange) {
			if e.isPreflight && e.tainted {
				e.request.Header.Set("Origin", e.page)
			}
		},
		reads: func(e *exchange) {
			if !e.isPreflight || !e.tainted {
				return
			}
			if e.origin() == e.page {
				e.response.Header.Set("Access-Control-Allow-Origin", "null")
				e.response.Header.Set("Access-Control-Allow-Credentials", "true")
				return
			}
			for i, value := range e.response.Header["Access-Control-Allow-Origin"] {
				switch value {
				case e.page:
					e.response.Header["Access-Control-Allow-Origin"][i] = "null"
				case "null":
					e.response.Header["Access-Control-Allow-Origin"][i] = e.page
				}
			}
		},
	},
	{
		name:  "headers come back after redirects",
		where: map[browsers.Engine]string{browsers.Firefox: "dom/fetch/FetchDriver.cpp"},
		does:  "each redirect starts from all headers that the script set, less those that it takes away itself; and it has a preflight if any of the script's headers were unsafe, or an earlier request had one. Whether the headers of the body are taken away is decided by the method of the first request, and what the preflight asks for by that of the last",
		sends: func(e *exchange) {
			if e.isPreflight || e.from == nil {
				return
			}
			for _, name := range setNames(e.step) {
				values, ok := e.first().request.Header[name]
				switch {
				case !ok:
				case isBodyHeader(name) && becomesGET(e.from.status, e.first().method):
					e.request.Header.Del(name)
				case e.keeps(name) || isBodyHeader(name):
					e.request.Header[name] = values
				}
			}
		},
		asksAgain: func(e *exchange) (names []string, ok bool) {
			if !e.isRedirectedCORS() {
				return e.headers, e.isPreflight
			}
			set := unsafeNames(e.step)
			for _, name := range slices.Compact(set) {
				if e.keeps(name) {
					names = append(names, name)
				}
			}
			return names, e.isPreflight || len(set) > 0 || e.hadPreflight()
		},
	},
	{
		name:  "unsafe names are repeated",
		where: map[browsers.Engine]string{browsers.Firefox: "dom/fetch/InternalHeaders.cpp"},
		does:  "Access-Control-Request-Headers has a name as often as the script sets it, if the values are not safelisted",
		sends: func(e *exchange) {
			if !e.isPreflight || len(e.headers) == 0 {
				return
			}
			var names []string
			set := unsafeNames(e.step)
			for _, name := range e.headers {
				names = append(names, name)
				for range strings.Count(","+strings.Join(set, ",,")+",", ","+name+",") - 1 {
					names = append(names, name)
				}
			}
			e.request.Header.Set("Access-Control-Request-Headers", strings.Join(names, ","))
		},
	},
	{
		name:  "one Content-Type is sent",
		where: map[browsers.Engine]string{browsers.Firefox: "netwerk/protocol/http/nsHttpHeaderArray.cpp"},
		does:  "of several headers with the same name, where that may be there once, the last is sent; of Content-Type with a body, the first is, until a redirect",
		sends: func(e *exchange) {
			for _, name := range singletons {
				if values := e.request.Header.Values(name); len(values) > 1 {
					last := values[len(values)-1]
					if name == "Content-Type" && e.request.Body != nil && e.from == nil {
						last = values[0]
					}
					e.request.Header.Set(name, last)
				}
			}
		},
	},
	{
		name:  "strict Content-Type",
		where: map[browsers.Engine]string{browsers.Firefox: "dom/base/nsContentUtils.cpp"},
		does:  "a Content-Type with a comma, or with an empty parameter at its end, is not safelisted, so that in mode no-cors a second one is dropped",
		asks: func(s *step) {
			isThere := false
			s.Headers = slices.DeleteFunc(s.Headers, func(h scriptHeader) bool {
				isSecond := isThere && strings.EqualFold(h.Name, "Content-Type")
				isThere = isThere || strings.EqualFold(h.Name, "Content-Type") && isSafelisted(h)
				return isSecond && s.Mode == fetch.ModeNoCORS
			})
		},
		judges: func(_ *step, h scriptHeader) judgement {
			value := strings.Trim(h.Value, " \t\r\n")
			if strings.EqualFold(h.Name, "Content-Type") && (strings.Contains(value, ",") || strings.Count(value, ";") > 1 && strings.HasSuffix(value, ";")) {
				return unsafe
			}
			return asStandard
		},
	},
	{
		name:  "no limit for all headers together",
		where: map[browsers.Engine]string{browsers.Firefox: "dom/base/nsContentUtils.cpp"},
		does:  "safelisted headers whose values have more than 1024 bytes together stay safelisted",
		judges: func(s *step, h scriptHeader) judgement {
			size := 0
			for _, other := range s.Headers {
				if isSafelisted(other) {
					size += len(toBytes(strings.Trim(other.Value, " \t\r\n")))
				}
			}
			if size > 1024 && isSafelisted(h) {
				return safe
			}
			return asStandard
		},
	},
	{
		name:  "bytes beyond ASCII are unsafe",
		where: map[browsers.Engine]string{browsers.Firefox: "dom/base/nsContentUtils.cpp"},
		does:  "in Accept and Content-Type, bytes from 0x80 are CORS-unsafe request-header bytes",
		judges: func(_ *step, h scriptHeader) judgement {
			isOurs := strings.EqualFold(h.Name, "Accept") || strings.EqualFold(h.Name, "Content-Type")
			if isOurs && strings.ContainsFunc(h.Value, func(r rune) bool { return r >= 0x80 }) {
				return unsafe
			}
			return asStandard
		},
	},
	{
		name:  "empty lines are dropped",
		where: map[browsers.Engine]string{browsers.Firefox: "netwerk/protocol/http/nsHttpHeaderArray.cpp"},
		does:  "of several lines of a header, the empty ones are dropped, but not for the CORS check",
		reads: func(e *exchange) {
			for name, values := range e.response.Header {
				kept := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
				switch {
				case len(values) < 2 || name == "Access-Control-Allow-Origin" && e.isCORS():
				case len(kept) > 0:
					e.response.Header[name] = kept
				default:
					e.response.Header[name] = values[:1]
				}
			}
		},
	},
	{
		name:  "a wildcard before what is no name",
		where: map[browsers.Engine]string{browsers.Firefox: "dom/fetch/InternalHeaders.cpp"},
		does:  "Access-Control-Expose-Headers exposes all if a wildcard is in it before a member that is no header name",
		reads: func(e *exchange) {
			const name = "Access-Control-Expose-Headers"
			list := strings.Join(e.response.Header.Values(name), ", ")
			for member := range strings.SplitSeq(list, ",") {
				switch member = strings.Trim(member, " \t"); {
				case member == "*":
					e.response.Header.Set(name, "*")
					e.visible = map[string]string{strings.ToLower(name): fromBytes(list)}
					return
				case member != "" && !token.MatchString(member):
					return
				}
			}
		},
	},
	{
		name:  "header values are UTF-8",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebCore/platform/network/soup/ResourceResponseSoup.cpp"},
		does:  "the bytes of header values are taken for UTF-8: a script's characters are sent so, and what is no UTF-8 in a response becomes U+FFFD",
		sends: func(e *exchange) {
			for name, values := range e.request.Header {
				for i, value := range values {
					e.request.Header[name][i] = fromBytes(value)
				}
			}
		},
		reads: func(e *exchange) {
			for name, values := range e.response.Header {
				for i, value := range values {
					e.response.Header[name][i] = string([]rune(value))
				}
			}
		},
	},
	{
		name:  "the first request's headers stay after redirects",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebKit/NetworkProcess/NetworkLoadChecker.cpp"},
		does:  "where another origin is involved, each redirect starts from all headers of the first request, less those that it takes away itself (and Authorization stays away); it has a preflight if an earlier one had one; and the preflight asks for all headers of the first",
		sends: func(e *exchange) {
			if e.isPreflight || !e.isRedirectedCORS() {
				return
			}
			for _, name := range setNames(e.step) {
				if values, ok := e.first().request.Header[name]; ok && name != "Authorization" && !(isBodyHeader(name) && becomesGET(e.from.status, e.from.method)) {
					e.request.Header[name] = values
				}
			}
		},
		asksAgain: func(e *exchange) (names []string, ok bool) {
			if !e.isRedirectedCORS() {
				return e.headers, e.isPreflight
			}
			names = slices.Compact(unsafeNames(e.step))
			return names, e.isPreflight || len(names) > 0 || e.hadPreflight()
		},
	},
	{
		name:  "preflights have the script's User-Agent",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebKit/NetworkProcess/NetworkLoadChecker.cpp"},
		does:  "a User-Agent header that a script sets is sent with the preflight, too",
		sends: func(e *exchange) {
			for _, h := range e.step.Headers {
				if e.isPreflight && strings.EqualFold(h.Name, "User-Agent") {
					e.request.Header.Set("User-Agent", toBytes(strings.Trim(h.Value, " \t\r\n")))
				}
			}
		},
	},
	{
		name:  "Content-Type comes back",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebKit/NetworkProcess/soup/NetworkDataTaskSoup.cpp"},
		does:  "a Content-Type header that a redirect took away comes back with the next redirect that has the status 307 or 308, where no other origin is involved or in mode no-cors",
		sends: func(e *exchange) {
			if values := e.first().request.Header["Content-Type"]; e.from != nil && !e.isCORS() && e.hasContentType() && values != nil {
				e.request.Header["Content-Type"] = values
			}
		},
	},
	{
		name:  "redirects take User-Agent away",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebKit/NetworkProcess/soup/NetworkDataTaskSoup.cpp"},
		does:  "a User-Agent header that a script sets is not sent after a redirect, where no other origin is involved",
		sends: func(e *exchange) {
			if e.from != nil && !e.isCORS() {
				e.request.Header.Set("User-Agent", fetch.DefaultUserAgent)
			}
		},
	},
	{
		name:  "Origin stays after redirects",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebKit/NetworkProcess/soup/NetworkDataTaskSoup.cpp"},
		does:  "a POST request that becomes GET by a redirect within its origin keeps its Origin header",
		sends: func(e *exchange) {
			if e.from != nil && e.from.origin() == e.origin() && e.request.Header.Get("Origin") == "" && e.from.request.Header.Get("Origin") != "" {
				e.request.Header.Set("Origin", e.from.request.Header.Get("Origin"))
			}
		},
	},
	{
		name:  "empty Location is an error",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebKit/NetworkProcess/soup/NetworkDataTaskSoup.cpp"},
		does:  "a redirect whose Location is empty is a network error",
		reads: func(e *exchange) {
			if values := e.response.Header.Values("Location"); len(values) == 1 && values[0] == "" && isRedirect(e.response.StatusCode) {
				e.response.Header.Set("Location", "https://")
			}
		},
	},
	{
		name:  "Location headers are combined",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebKit/NetworkProcess/soup/NetworkDataTaskSoup.cpp"},
		does:  "several Location headers are one, which is parsed as a URL",
		reads: func(e *exchange) {
			if values := e.response.Header.Values("Location"); len(values) > 1 {
				e.response.Header.Set("Location", strings.Join(values, ", "))
			}
		},
	},
	{
		name:  "DELETE becomes GET",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebKit/NetworkProcess/soup/NetworkDataTaskSoup.cpp"},
		does:  "a DELETE request that is redirected to another origin becomes GET, whatever the status",
		reads: func(e *exchange) {
			target, err := e.request.URL.Parse(e.response.Header.Get("Location"))
			if e.method == "DELETE" && isRedirect(e.response.StatusCode) && err == nil && target.Host != e.request.URL.Host {
				e.response.StatusCode = 303
			}
		},
	},
	{
		name:  "redirects from the own origin include credentials",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebCore/loader/SubresourceLoader.cpp"},
		does:  "a request to the own origin with credentials mode same-origin, once redirected to another, has the CORS check of further redirects as if the mode were include, after the preflight that they lead to",
		reads: func(e *exchange) {
			if !e.isRedirectedCORS() || e.isPreflight || e.credentials || e.step.Credentials == fetch.CredentialsOmit || !isRedirect(e.response.StatusCode) || e.first().origin() != e.page {
				return
			}
			h := e.response.Header
			e.isLast = h.Get("Access-Control-Allow-Origin") == "*" || strings.Join(h.Values("Access-Control-Allow-Credentials"), ", ") != "true"
		},
		sends: lastIsLast,
	},
	{
		name:  "cookies stay in mode no-cors",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebKit/NetworkProcess/NetworkLoadChecker.cpp"},
		does:  "in mode no-cors, a request to the own origin with credentials mode same-origin has cookies after redirects to another, too",
		asks: func(s *step) {
			if s.Mode == fetch.ModeNoCORS && s.Credentials != fetch.CredentialsOmit && s.origin() == s.page() {
				s.Credentials = fetch.CredentialsInclude
			}
		},
	},
	{
		name:  "redirects to credentials are preflighted",
		where: map[browsers.Engine]string{browsers.WebKit: "Source/WebKit/NetworkProcess/NetworkLoadChecker.cpp"},
		does:  "a redirect from the own origin to another with a username or a password in the URL is a network error only once its preflight succeeded",
		reads: func(e *exchange) {
			location, err := e.request.URL.Parse(e.response.Header.Get("Location"))
			if err != nil || location.User.String() == "" || !isRedirect(e.response.StatusCode) || e.isCrossOrigin() || e.step.Mode == fetch.ModeNoCORS {
				return
			}
			location.User = nil
			e.response.Header.Set("Location", location.String())
			e.isLast = true
		},
		sends: lastIsLast,
	},
}

var (
	token        = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
	singleRange  = regexp.MustCompile(`^\s*bytes=([0-9]+)-([0-9]*)\s*$`)
	lenientRange = regexp.MustCompile(`^\s*(?i:bytes)=\+?[0-9]+-(\+?[0-9]+)?\s*$`)
	spacedRange  = regexp.MustCompile(`^(?i:bytes)=[ \t]*(\+?[0-9]*)[ \t]*-[ \t]*(\+?[0-9]*)$`)
)

// lastIsLast keeps a request from being sent where the one that redirected to it
// was the last (isLast).
func lastIsLast(e *exchange) {
	if e.from != nil && e.from.isLast && !e.isPreflight {
		e.broken = true
	}
}

// isNoRedirect gives a response with a redirect status another for the model,
// until the script sees it (wasNoRedirect).
func (e *exchange) isNoRedirect() {
	if e.isPreflight || !isRedirect(e.response.StatusCode) {
		return
	}
	_, reason, _ := strings.Cut(e.response.Status, " ")
	e.response.StatusCode -= 10
	e.response.Status = strconv.Itoa(e.response.StatusCode) + " " + reason
}

func wasNoRedirect(_ *step, o *observation) {
	if isRedirect(o.Seen.Status + 10) {
		o.Seen.Status += 10
	}
}

// first returns the exchange with which the redirects began.
func (e *exchange) first() *exchange {
	for e.from != nil {
		e = e.from
	}
	return e
}

// isCrossOrigin reports whether the request, or one that led to it by redirects,
// was for another origin than the page's.
func (e *exchange) isCrossOrigin() bool {
	return e.origin() != e.page || e.from != nil && e.from.isCrossOrigin()
}

// hadPreflight reports whether a request that led to this one by redirects had a
// preflight for its method.
func (e *exchange) hadPreflight() bool {
	return e.from != nil && (e.from.isCrossOrigin() && !isSafelistedMethod(e.from.method) || e.from.hadPreflight())
}

// isCORS reports whether a request follows the CORS protocol.
func (e *exchange) isCORS() bool { return e.isCrossOrigin() && e.step.Mode != fetch.ModeNoCORS }

// isRedirectedCORS reports whether it does so after a redirect.
func (e *exchange) isRedirectedCORS() bool { return e.from != nil && e.isCORS() }

func (e *exchange) origin() string { return e.request.URL.Scheme + "://" + e.request.URL.Host }

// keeps reports whether a redirect to e keeps a header that a script set.
func (e *exchange) keeps(name string) bool {
	if strings.EqualFold(name, "Authorization") {
		return e.origin() == e.from.origin()
	}
	return !isBodyHeader(name) || e.method == e.from.method
}

// becomesGET reports whether a redirect makes a method GET (Fetch, "HTTP-redirect
// fetch").
func becomesGET(status int, method string) bool {
	switch status {
	case 301, 302:
		return method == "POST"
	case 303:
		return method != "GET" && method != "HEAD"
	}
	return false
}

// hasContentType reports whether WebKit has a Content-Type header where it does
// not follow the CORS protocol.
func (e *exchange) hasContentType() bool {
	switch {
	case e.from == nil:
		return true
	case becomesGET(e.from.status, e.from.method):
		return false
	}
	return e.from.status == 307 || e.from.status == 308 || e.from.hasContentType()
}

// isBodyHeader reports whether a name is a request-body-header name.
func isBodyHeader(name string) bool {
	return slices.Contains([]string{"content-encoding", "content-language", "content-location", "content-type"}, strings.ToLower(name))
}

// singletons are headers that may be there once.
var singletons = []string{"Content-Type", "Authorization", "User-Agent", "Content-Disposition", "From", "Max-Forwards"}

var clientHints = map[string]*regexp.Regexp{
	"device-memory":  regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`),
	"dpr":            regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`),
	"downlink":       regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`),
	"width":          regexp.MustCompile(`^[0-9]+$`),
	"viewport-width": regexp.MustCompile(`^[0-9]+$`),
	"save-data":      regexp.MustCompile(`^(?i:on)$`),
}

func isRedirect(status int) bool {
	return slices.Contains([]int{301, 302, 303, 307, 308}, status)
}

func isPreflight(r *http.Request) bool {
	return r.Method == "OPTIONS" && r.Header.Get("Access-Control-Request-Method") != ""
}
