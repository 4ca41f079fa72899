package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/corskit/cors/examples/internal/drive"
)

// A visit is a person at the page, in one browser.
type visit struct {
	drive.Browser
	t    *testing.T
	p    *local
	name string // of the browser
}

// A flow is what a person does at the page.
type flow struct {
	name string
	do   func(v visit)
}

func TestPage(t *testing.T) {
	flows := []flow{
		{"the matrix is filled, and all agree", visit.matrix},
		{"the matrix tells what is as it should be, and the summary what all amounts to", visit.truth},
		{"a wrong origin is reported beside its field, and the matrix shows the last valid policy", visit.wrongOrigin},
		{"a blocked request is explained, and the proposed change turns its cell", visit.fix},
		{"a cell opens its exchange", visit.cell},
		{"JSON is edited by hand, and a mistake has its line", visit.json},
		{"a link carries the policy and the cell to other ports", visit.share},
		{"programs with public origins are chosen with the keyboard, and copied", visit.programs},
		{"a pasted error is explained, and leads to the cell and the field", visit.paste},
		{"a change is undone", visit.undo},
		{"the page can be used without a mouse", visit.keyboard},
		{"it fits desktops and phones, in light and dark", visit.looks},
	}
	if os.Getenv("CI") != "" {
		flows = append(flows, []flow{
			{"the first view has the policy, the matrix and the exchange", visit.firstView},
			{"on a narrow screen they are tabs, and the summary stays", visit.narrow},
			{"what a change turns is marked for a while", visit.marks},
			{"a risk is taken by ticking its box", visit.risk},
			{"an exchange is a picture, with the header at fault", visit.picture},
			{"the page shows what the browser prints on its console", visit.console},
			{"to allow another site is never offered", visit.stranger},
			{"another tab's policy is not taken for a disagreement", visit.tabs},
			{"every framework and every site agree on a request", visit.everywhere},
			{"every starting point is in force, and all agree", visit.presets},
			{"what no script can do is said to be so", visit.refused},
			{"terms are explained, and the documentation is linked", visit.terms},
			{"controls have names, and headings an order", visit.structure},
			{"what opens over the page fits phones, too", visit.opened},
		}...)
	}
	for _, browser := range drive.Sample() {
		t.Run(browser.Name, func(t *testing.T) {
			parent, b := t, browser.Start(t)
			p := serving(t)
			for _, f := range flows {
				t.Run(strings.ReplaceAll(f.name, " ", "-"), func(t *testing.T) {
					v := visit{b, t, p, browser.Name}
					if check := p.setPolicy(p.presets()[0].Policy); !check.OK {
						t.Fatal(check)
					}
					b.Use(t)
					defer b.Use(parent)
					b.Resize(1440, 900, false)
					b.Open(p.origin + "/")
					v.settle(0)
					f.do(v)
					v.quiet()
				})
			}
		})
	}
}

// quiet fails the test if the console has errors or warnings.
func (v visit) quiet() {
	v.t.Helper()
	if complaints := v.Complaints(); len(complaints) > 0 {
		v.t.Errorf("the console has\n%s", strings.Join(complaints, "\n"))
	}
}

// wait waits until a JavaScript expression is true.
func (v visit) wait(expression string) {
	v.t.Helper()
	drive.Wait(v.t, v, expression)
}

// settle waits until the matrix has run more often than so many times, and
// returns how often it has.
func (v visit) settle(runs int) int {
	v.t.Helper()
	v.wait(fmt.Sprintf(`Number(document.querySelector("#matrix").dataset.runs ?? 0) > %d`, runs))
	v.Eval(`Number(document.querySelector("#matrix").dataset.runs)`, &runs)
	return runs
}

// change does something that changes the policy, and waits until it is in force
// and tried.
func (v visit) change(do func()) {
	v.t.Helper()
	runs := v.settle(0)
	do()
	v.settle(runs)
	v.agree()
}

// agree fails the test where the browser, the engine and the prediction differ.
func (v visit) agree() {
	v.t.Helper()
	if trouble := drive.Text(v, "#trouble"); trouble != "" {
		v.t.Error(trouble)
	}
	var wrong []string
	v.Eval(`[...document.querySelectorAll(".disagree, .wrong")].map((e) => e.textContent)`, &wrong)
	if len(wrong) > 0 {
		v.t.Errorf("they do not agree: %q", wrong)
	}
}

func (v visit) choose(selector, value string) {
	v.t.Helper()
	v.Eval(fmt.Sprintf(`(() => {
		const e = document.querySelector(%q)
		e.value = %q
		e.dispatchEvent(new Event("change", { bubbles: true }))
		e.dispatchEvent(new Event("input", { bubbles: true }))
	})()`, selector, value), nil)
}

// send sends the request of the form, and waits for its exchange.
func (v visit) send() {
	v.t.Helper()
	v.Eval(`document.querySelector("#own").open = true`, nil)
	var shown int
	v.Eval(`Number(document.querySelector("#exchange").dataset.shown)`, &shown)
	v.Click("#send")
	v.wait(fmt.Sprintf(`Number(document.querySelector("#exchange").dataset.shown) > %d`, shown))
	v.agree()
}

func (v visit) expect(selector string, wants ...string) {
	v.t.Helper()
	text := drive.Text(v, selector)
	for _, want := range wants {
		if !strings.Contains(text, want) {
			v.t.Errorf("%s says\n%s\nwant %q", selector, text, want)
		}
	}
}

func (v visit) matrix() {
	var cells []string
	v.Eval(`[...document.querySelectorAll("#matrix-table button")].map((e) => e.textContent)`, &cells)
	if want := len(operations) * len(v.p.sites); len(cells) != want {
		v.t.Errorf("there are %d cells, want %d", len(cells), want)
	}
	all := strings.Join(cells, "\n")
	for _, want := range []string{
		"Read posts, from Your site: ✓ 200",
		"Read posts, from A stranger: ⊘ hidden",
		"Read posts, from Your admin site: ⊘ hidden",
		"Post a form, from A sandboxed frame: ⚠ sent, hidden",
		"Update a post, from A stranger: ⊘ not sent",
		"Read with a token, from Your site: ✕ not sent",
		"Missing page, from Your site: 404",
		"Crashing handler, from Your site: 500",
	} {
		if !strings.Contains(all, want) {
			v.t.Errorf("no cell says %q:\n%s", want, all)
		}
	}
	v.agree()
}

// truth tries policies. Cells are red where something should work and doesn't, or
// shouldn't and does, and nowhere else.
func (v visit) truth() {
	preset := func(id string) string {
		list := v.p.presets()
		return list[slices.IndexFunc(list, func(p Preset) bool { return p.ID == id })].Policy
	}
	yours, port, stranger := v.p.sites[0].Origin, v.p.sites[1].Origin, v.p.sites[2].Origin
	for _, test := range []struct {
		title, policy, summary string
		cells                  map[string]string // by site and operation: the tone
	}{
		{"cookies", preset("cookies"), "Your site can read, write and delete with cookies, but not send a token. Other sites can read nothing; their forms still reach your handlers.",
			map[string]string{"app me": "good", "app account": "bad", "app missing": "plain", "app crash": "plain", "admin me": "calm", "stranger me": "calm", "stranger contact": "calm", "sandbox crash": "calm"}},
		{"tokens", preset("tokens"), "Your site can read and send a token, but not send cookies. Other sites can read nothing; their forms still reach your handlers.",
			map[string]string{"app account": "good", "app me": "bad", "stranger account": "calm"}},
		{"a public API", preset("public"), "Your site can read, but not send cookies or a token. Other sites can read without cookies; their forms still reach your handlers.",
			map[string]string{"app posts": "good", "stranger posts": "good", "sandbox missing": "plain", "stranger me": "calm", "admin me": "calm"}},
		{"an extension", preset("extension"), "Your site can read nothing. Other sites can read nothing; their forms still reach your handlers.",
			map[string]string{"app public": "bad", "admin public": "calm"}},
		{"a public part", `[{"paths": ["/public/"], "allowOrigins": ["*"]}, {"allowOrigins": ["` + yours + `"], "allowCredentials": true}]`,
			"Your site can read, write and delete with cookies, and send a token. Other sites can read the public posts; their forms still reach your handlers.",
			map[string]string{"stranger public": "good", "stranger posts": "calm", "app public": "good"}},
		{"requests of other sites rejected", `{"allowOrigins": ["` + yours + `"], "allowCredentials": true, "rejectDisallowed": true}`,
			"Your site can read, write and delete with cookies, and send a token. Other sites can read nothing; their forms don't reach your handlers.",
			map[string]string{"stranger contact": "calm", "stranger posts": "calm"}},
		{"your other port without DELETE", `{"allowOrigins": ["` + yours + `", "` + port + `"], "allowCredentials": true, "allowMethods": ["PUT"]}`,
			"Your site can read and write with cookies, and send a token, but not delete. Other sites can read nothing; their forms still reach your handlers.",
			map[string]string{"admin me": "good", "admin delete": "bad", "app delete": "bad", "stranger delete": "calm"}},
		{"a stranger with cookies", `{"allowOrigins": ["` + stranger + `"], "allowCredentials": true, "allowMethods": []}`,
			"Your site can read nothing. Other sites can read with your users' cookies.",
			map[string]string{"stranger me": "bad", "stranger contact": "bad", "stranger posts": "good", "stranger update": "calm", "app me": "bad"}},
		{"sandboxed frames with cookies", `{"allowOrigins": ["null"], "allowCredentials": true, "acceptRisks": ["null-with-credentials"]}`,
			"Your site can read nothing. Other sites can read, write and delete with your users' cookies.",
			map[string]string{"sandbox me": "bad", "sandbox delete": "bad", "stranger me": "calm"}},
	} {
		v.Eval(fmt.Sprintf(`document.querySelector("#policy-text").value = %q`, test.policy), nil)
		v.change(func() { v.Eval(`document.querySelector("#policy-text").dispatchEvent(new Event("input"))`, nil) })
		if got := drive.Text(v, "#summary"); got != test.summary {
			v.t.Errorf("%s: the summary is\n%s\nwant\n%s", test.title, got, test.summary)
		}
		for cell, want := range test.cells {
			site, operation, _ := strings.Cut(cell, " ")
			var is bool
			if v.Eval(fmt.Sprintf(`document.querySelector(%q).classList.contains(%q)`, v.cellOf(site, operation), want), &is); !is {
				v.t.Errorf("%s: %s says %q, want it %s", test.title, cell, drive.Text(v, v.cellOf(site, operation)), want)
			}
		}
	}
}

// inView lists elements that are not in the window, or not to be seen.
func (v visit) inView(selectors ...string) (missing []string) {
	v.t.Helper()
	v.Eval(fmt.Sprintf(`%q.split("|").filter((selector) => {
		const e = document.querySelector(selector), r = e.getBoundingClientRect()
		return !e.checkVisibility() || r.width < 50 || r.height < 10 || r.top < 0 || r.left < 0 || r.bottom > innerHeight || r.right > innerWidth
	})`, strings.Join(selectors, "|")), &missing)
	return missing
}

func (v visit) firstView() {
	for _, size := range [][2]int{{1440, 900}, {1024, 768}} {
		v.Resize(size[0], size[1], false)
		if missing := v.inView("#summary", "#policy", ".start", "#field-allowOrigins", "#policy-state", "#matrix-table", "#request", "#request-title", "#exchange h3"); len(missing) > 0 {
			v.t.Errorf("at %v, %q are not in the first view", size, missing)
		}
		var over int
		v.Eval(`document.documentElement.scrollHeight - innerHeight`, &over)
		if over > 0 {
			v.t.Errorf("at %v, the page scrolls by %d pixels", size, over)
		}
	}
}

func (v visit) narrow() {
	v.Resize(v.smallest(), 844, false)
	views := map[string]string{"policy": "#policy-state", "matrix": "#matrix-table", "exchange": "#exchange"}
	for view, part := range views {
		v.Click("#view-" + view)
		for other, hidden := range views {
			var visible bool
			v.Eval(fmt.Sprintf(`document.querySelector(%q).checkVisibility()`, hidden), &visible)
			if visible != (hidden == part) {
				v.t.Errorf("in the tab %s, that %s can be seen is %t", view, other, visible)
			}
		}
		if missing := v.inView("#summary", "#views"); len(missing) > 0 {
			v.t.Errorf("in the tab %s, %q are out of sight", view, missing)
		}
	}
	v.Click("#view-policy")
	v.Eval(`scrollTo(0, document.body.scrollHeight)`, nil)
	if missing := v.inView("#summary"); len(missing) > 0 {
		v.t.Error("at the end of the page, the summary is out of sight")
	}
	v.Click("#view-matrix")
	v.Click("#matrix-table tbody tr:nth-child(2) td button")
	v.wait(`document.activeElement.id === "request-title" && document.querySelector("#exchange").checkVisibility()`)
	v.expect("#request-title", "GET /posts")
}

func (v visit) wrongOrigin() {
	v.Type("#field-allowOrigins", "https://app.example.com/")
	v.wait(`document.querySelector("#field-allowOrigins-problems li")`)
	v.expect("#field-allowOrigins-problems", `write "https://app.example.com"`)
	v.expect("#policy-problems", "Line 3", "allowOrigins")
	v.expect("#policy-state", "Refused")
	v.expect("#stale", "isn't valid", "last valid one")
	if text := v.p.policy.Text; strings.Contains(text, "app.example.com") {
		v.t.Errorf("it is in force: %s", text)
	}
	dimmed := func() (opacity float64) {
		v.Eval(`Number(getComputedStyle(document.querySelector("#matrix-table")).opacity)`, &opacity)
		return opacity
	}
	if dimmed() > 0.6 {
		v.t.Error("the matrix is not dimmed")
	}
	v.change(func() { v.Type("#field-allowOrigins", "https://app.example.com") })
	v.expect("#policy-state", "in force")
	for _, selector := range []string{"#field-allowOrigins-problems", "#stale"} {
		if text := drive.Text(v, selector); text != "" {
			v.t.Errorf("%s still says %q", selector, text)
		}
	}
	if dimmed() < 1 {
		v.t.Error("the matrix is still dimmed")
	}
	v.Click("#tab-text")
	v.Type("#policy-text", "{")
	v.wait(`document.querySelector("#matrix").classList.contains("stale")`)
}

// marks turns the cells of your site with credentials, and no others.
func (v visit) marks() {
	v.change(func() { v.Click("#field-allowCredentials") })
	var marked []string
	var animation string
	v.Eval(`[...document.querySelectorAll("#matrix-table .changed")].map((e) => e.textContent)`, &marked)
	want := 0
	for _, o := range operations {
		if o.Credentials == "include" {
			want++
		}
	}
	if len(marked) != want {
		v.t.Errorf("marked are %q, want %d cells", marked, want)
	}
	for _, cell := range marked {
		if !strings.Contains(cell, "from Your site: ") || !strings.Contains(cell, ", changed") {
			v.t.Errorf("%q is marked", cell)
		}
	}
	v.expect("#matrix-state", fmt.Sprintf("%d changed", want))
	v.Eval(`getComputedStyle(document.querySelector(".changed")).animationName`, &animation)
	if animation != "none" {
		v.t.Errorf("the mark moves (%s) for a person who prefers less motion", animation)
	}
	v.wait(`!document.querySelector(".changed")`)
}

func (v visit) risk() {
	v.Type("#field-allowOrigins", "*")
	v.wait(`document.querySelector("#field-allowOrigins-problems input")`)
	v.expect("#policy-state", "dangerous")
	v.change(func() { v.Click("#field-allowOrigins-problems input") })
	v.expect("#policy-state", "in force")
	if text := v.p.policy.Text; !strings.Contains(text, "any-origin-with-credentials") {
		v.t.Errorf("the policy is %s", text)
	}
}

// cellOf returns the selector of a cell.
func (v visit) cellOf(site, operation string) string {
	row := slices.IndexFunc(operations, func(o Operation) bool { return o.ID == operation })
	column := slices.IndexFunc(sites, func(s Site) bool { return s.ID == site })
	return fmt.Sprintf("#matrix-table tbody tr:nth-child(%d) td:nth-of-type(%d) button", row+1, column+1)
}

func (v visit) fix() {
	v.Click(v.cellOf("app", "account"))
	v.wait(`document.querySelector("#exchange .changes button")`)
	v.expect("#exchange", "never sent", "Denied", "Preflight: can the script do this?", "Access-Control-Request-Headers", "The request itself was not sent.", "agree")
	v.change(func() { v.Click("#exchange .changes button") })
	v.wait(`document.querySelector("#request-state").textContent.includes("readable, 200")`)
	v.expect(v.cellOf("app", "account"), "200")
	v.expect("#exchange", "The script reads the response.", "The API allows", "Access-Control-Allow-Headers", "agree")
}

// open opens the exchange of a cell.
func (v visit) open(site, operation string) {
	v.t.Helper()
	var shown int
	v.Eval(`Number(document.querySelector("#exchange").dataset.shown)`, &shown)
	v.Click(v.cellOf(site, operation))
	v.wait(fmt.Sprintf(`Number(document.querySelector("#exchange").dataset.shown) > %d && document.querySelector("#exchange svg")`, shown))
}

// networkError is what the browser tells a script of a blocked request.
func (v visit) networkError() string {
	if v.name == "Firefox" {
		return "NetworkError when attempting to fetch resource."
	}
	return "Failed to fetch"
}

func (v visit) picture() {
	for _, test := range []struct {
		site, operation, verdict, reason, told, seen string
		fault                                        []string // texts in red
		texts                                        []string
	}{
		{"app", "account", "✕ The request was never sent", "The script sets Authorization, and AllowHeaders doesn't list it.", "GET /account is never sent.", "TypeError: Failed to fetchHidden from the scriptthe preflight response",
			[]string{"Access-Control-Allow-Headers: Content-Type", "✕ not allowed", "TypeError"}, []string{"OPTIONS /account (preflight)", "204 No Content"}},
		{"app", "update", "✓ The script reads the response", "which allows this origin, and AllowCredentials is on.", "The browser sends PUT /posts/1. The API responds with 200.", "status 200, body, content-length, content-type",
			nil, []string{"OPTIONS /posts/1 (preflight)", "✓ allowed", "PUT /posts/1", "Cookie: playground_session=demo", "200 OK", "Access-Control-Allow-Credentials: true"}},
		{"app", "posts", "✓ The script reads the response", "which allows this origin.", "Hidden from it: CORS headers, etag", "content-type, x-total-countHidden from the scriptCORS headers, etag",
			nil, []string{"Access-Control-Expose-Headers: X-Total-Count"}},
		{"app", "missing", "The script reads the 404", "which allows this origin.", "The API responds with 404.", "status 404, body", nil, []string{"404 Not Found"}},
		{"stranger", "posts", "⊘ The browser hides the response", "isn't an origin that the policy allows, as it should be.", "The script sees: TypeError", "Hidden from the scriptstatus 200, body, every header",
			nil, []string{"Access-Control-Allow-Origin: missing", "TypeError"}},
		{"sandbox", "contact", "⚠ Your handler ran, and the response is hidden", "which any site can have", "The API responds with 200.", "status 200, body, every header",
			nil, []string{"Origin: null", "POST /contact", "Access-Control-Allow-Origin: missing"}},
		{"admin", "update", "⊘ The request was never sent", "AllowOrigins doesn't list", "PUT /posts/1 is never sent.", "the preflight response",
			nil, []string{"403 Forbidden", "✕ not allowed"}},
	} {
		v.open(test.site, test.operation)
		if got := drive.Text(v, ".why h3"); got != test.verdict {
			v.t.Errorf("%s, %s: the verdict is %q, want %q", test.site, test.operation, got, test.verdict)
		}
		v.expect(".why", test.reason, strings.ReplaceAll(test.seen, "Failed to fetch", v.networkError()))
		var drawn struct {
			Label      string
			Texts, Red []string
			Open       int
		}
		v.Eval(`({
			Label: document.querySelector("#exchange svg").getAttribute("aria-label"),
			Texts: [...document.querySelectorAll("#exchange svg text")].map((e) => e.textContent),
			Red: [...document.querySelectorAll("#exchange svg text.fault")].map((e) => e.textContent),
			Open: document.querySelectorAll("#exchange .details[open]").length,
		})`, &drawn)
		if !strings.Contains(drawn.Label, test.told) {
			v.t.Errorf("%s, %s: screen readers are told %q, want %q in it", test.site, test.operation, drawn.Label, test.told)
		}
		for _, want := range slices.Concat(test.texts, test.fault) {
			if !slices.Contains(drawn.Texts, want) {
				v.t.Errorf("%s, %s: the picture has not %q, but %q", test.site, test.operation, want, drawn.Texts)
			}
		}
		for _, want := range test.fault {
			if !slices.Contains(drawn.Red, want) {
				v.t.Errorf("%s, %s: %q is not marked as the fault: %q", test.site, test.operation, want, drawn.Red)
			}
		}
		if test.fault == nil && len(drawn.Red) > 0 {
			v.t.Errorf("%s, %s: %q is marked as a fault", test.site, test.operation, drawn.Red)
		}
		if drawn.Open > 0 {
			v.t.Error("the details are open")
		}
	}
}

// parameter is what the page adds to a URL, and leaves out where it shows one.
var parameter = regexp.MustCompile(`\?exchange=[0-9a-f-]+`)

// console compares the message that the page shows with those that the browser has
// printed.
func (v visit) console() {
	yours := v.p.sites[0].Origin
	for _, test := range []struct{ policy, operation string }{
		{`{"allowOrigins": ["https://app.example.com"]}`, "posts"},
		{`{"allowOrigins": ["https://app.example.com"]}`, "account"},
		{`{"allowOrigins": ["*"], "exposeHeaders": ["*"]}`, "me"},
		{`{"allowOrigins": ["` + yours + `"]}`, "me"},
		{`{"allowOrigins": ["` + yours + `"]}`, "update"},
		{`{"allowOrigins": ["` + yours + `"], "allowCredentials": true, "allowMethods": []}`, "update"},
		{`{"allowOrigins": ["` + yours + `"], "allowHeaders": []}`, "account"},
	} {
		v.Eval(fmt.Sprintf(`document.querySelector("#policy-text").value = %q`, test.policy), nil)
		v.change(func() { v.Eval(`document.querySelector("#policy-text").dispatchEvent(new Event("input"))`, nil) })
		v.open("app", test.operation)
		shown := drive.Text(v, ".console")
		if !strings.Contains(shown, "CORS") {
			v.t.Errorf("%s, %s: the page shows %q", test.policy, test.operation, shown)
		}
		// Firefox hands the messages of a page on to its console after a while.
		var printed []string
		isPrinted := func(message string) bool {
			return strings.Contains(parameter.ReplaceAllString(message, ""), shown)
		}
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if printed = v.Blocked(); slices.ContainsFunc(printed, isPrinted) {
				break
			}
		}
		if !slices.ContainsFunc(printed, isPrinted) {
			v.t.Errorf("%s, %s: the page shows\n%s\nand the browser has printed\n%s", test.policy, test.operation, shown, strings.Join(printed, "\n"))
		}
	}
}

func (v visit) stranger() {
	for _, cell := range [][2]string{{"stranger", "posts"}, {"stranger", "account"}, {"sandbox", "update"}} {
		v.open(cell[0], cell[1])
		var offers []string
		v.Eval(`[...document.querySelectorAll("#exchange .changes button")].map((e) => e.textContent)`, &offers)
		if len(offers) > 0 {
			v.t.Errorf("for %v, offered is %q", cell, offers)
		}
		if says := drive.Text(v, ".why"); strings.Contains(says, "port") {
			v.t.Errorf("for %v, the reason is %s", cell, says)
		}
	}
}

// tabs changes the policy as another tab would, after the exchanges were made.
func (v visit) tabs() {
	v.open("app", "posts")
	if check := v.p.setPolicy(`{"allowOrigins": ["https://app.example.com"]}`); !check.OK {
		v.t.Fatal(check)
	}
	v.open("app", "public")
	v.agree()
	v.expect("#exchange", "The policy has changed since")
}

func (v visit) everywhere() {
	for _, backend := range v.p.backends {
		if backend != v.p.backends[0] {
			v.change(func() { v.choose("#backend", backend.ID) })
		}
		for _, site := range v.p.sites {
			v.choose("#site", site.ID)
			v.choose("#operation", "create")
			v.send()
			v.expect("#exchange .lanes", site.Origin, backend.Origin)
			v.expect("#exchange .agree", "agree")
			allowed := site.ID == "app"
			if says := drive.Text(v, "#exchange .verdicts"); strings.Contains(says, "The script reads the response.") != allowed {
				v.t.Errorf("%s, from %s: %s", backend.Title, site.Title, says)
			}
		}
	}
}

func (v visit) cell() {
	v.Click(v.cellOf("app", "posts"))
	v.wait(`document.querySelector("#request-title").textContent === "Your site: GET /posts"`)
	v.expect("#exchange", "The script reads the response.", "x-total-count")
	v.expect("#request-state", "GET /posts, from Your site: readable, 200")
	v.wait(`document.activeElement.matches(".cell[aria-current]")`)
}

func (v visit) presets() {
	for i, preset := range v.p.presets() {
		v.change(func() { v.Click(fmt.Sprintf("#presets li:nth-child(%d) button", i+1)) })
		if v.p.policy.Text != preset.Policy {
			v.t.Errorf("%s: in force is %s", preset.Title, v.p.policy.Text)
		}
	}
}

func (v visit) json() {
	v.Click("#tab-text")
	v.Type("#policy-text", "{\n  \"allowOrigin\": []\n}")
	v.wait(`document.querySelector("#policy-problems button")`)
	v.expect("#policy-problems", "Line 2", "allowOrigin")
	v.Click("#policy-problems button")
	var selected string
	v.Eval(`(() => { const t = document.querySelector("#policy-text"); return t.value.slice(t.selectionStart, t.selectionEnd) })()`, &selected)
	if !strings.Contains(selected, "allowOrigin") {
		v.t.Errorf("selected is %q", selected)
	}
	v.Type("#policy-text", "{")
	v.wait(`document.querySelector("#fields").disabled`)
	v.change(func() {
		v.Type("#policy-text", `[{"paths": ["/public/"], "allowOrigins": ["*"]}, {"allowOrigins": ["https://a.example"], "rejectDisallowed": true}]`)
	})
	v.choose("#config", "1")
	var origins string
	v.Eval(`document.querySelector("#field-allowOrigins").value`, &origins)
	if origins != "https://a.example" {
		v.t.Errorf("the form shows %q for the second Config", origins)
	}
}

func (v visit) refused() {
	v.choose("#operation", "public")
	v.Eval(`document.querySelector("#own").open = true`, nil)
	v.Type("#method", "TRACE")
	v.send()
	v.expect("#exchange", "No script can do this.", "Nothing was sent.")
	v.Type("#headers", "no header")
	v.send()
	v.expect("#request-state", "isn't a header")
}

// share opens a link in another playground, whose sites have other ports.
func (v visit) share() {
	other := serving(v.t)
	policy := func(p *local) string {
		return `{"allowOrigins": ["` + p.sites[0].Origin + `", "` + p.sites[1].Origin + `"], "paths": ["/ä/ö"]}`
	}
	v.Click("#tab-text")
	v.change(func() { v.Type("#policy-text", policy(v.p)) })
	v.open("stranger", "posts")
	v.Click("#share")
	v.wait(`document.querySelector("#share-state").textContent.includes("link")`)
	var fragment string
	v.Eval(`location.hash`, &fragment)
	v.Open(other.origin + "/" + fragment)
	v.settle(0)
	if text := other.policy.Text; text != policy(other) {
		v.t.Errorf("the link brings %s", text)
	}
	v.expect("#request-title", "A stranger: GET /posts")
	v.wait(fmt.Sprintf(`document.querySelector(%q).hasAttribute("aria-current")`, v.cellOf("stranger", "posts")))

	v.p.setPolicy(v.p.presets()[0].Policy)
	v.Open(v.p.origin + "/#policy=" + base64.RawURLEncoding.EncodeToString([]byte(`{"allowOrigins": ["https://app.example.com/"]}`)))
	v.settle(0)
	v.expect("#stale", "the last valid one")
	v.expect(v.cellOf("app", "posts"), "✓ 200")

	v.Open(other.origin + "/" + fragment + "!")
	v.settle(0)
	v.wait(`document.querySelector("#share-state").textContent.includes("can't be read")`)
}

// programs chooses programs with the keyboard and copies them.
func (v visit) programs() {
	v.Eval(`navigator.clipboard.writeText = async (text) => { window.copied = text }`, nil)
	v.Click("[data-opens=code]")
	v.wait(`document.querySelector("#tab-gin")`)
	v.expect("#panel-gin", "go get github.com/corskit/cors/adapters/gin github.com/gin-gonic/gin", "corsgin.New", "https://app.example.com")
	copies := func(program string) {
		v.wait(fmt.Sprintf(`!document.querySelector("#panel-%s").hidden`, program))
		v.Click(".bar > button")
		v.wait(fmt.Sprintf(`window.copied === document.querySelector("#panel-%s [aria-label='The code']").textContent`, program))
	}
	copies("gin")
	v.Click("#tab-gin")
	v.Press("ArrowRight")
	copies("echo")
	v.Click("#tab-gin")
	v.Press("ArrowRight")
	v.wait(`document.activeElement.id === "tab-echo" && !document.querySelector("#panel-echo").hidden && document.querySelector("#panel-gin").hidden`)
	v.Press("ArrowLeft")
	v.Press("ArrowLeft")
	v.wait(`document.activeElement.id === "tab-nethttp"`)
	v.Press("ArrowLeft")
	v.wait(`document.activeElement.id === "tab-environment"`)
	v.expect("#panel-environment", "CORS_ALLOWED_ORIGINS='https://app.example.com'")
	var local []string
	v.Eval(`[...document.querySelectorAll("#programs [role=tabpanel]")].filter((e) => /127\.0\.0\.1|localhost/.test(e.textContent)).map((e) => e.id)`, &local)
	if len(local) > 0 {
		v.t.Errorf("%q have origins of this machine", local)
	}
}

func (v visit) paste() {
	const lead = "Access to fetch at 'https://api.example.com/account' from origin 'https://app.example.com' has been blocked by CORS policy: "
	v.Click("[data-opens=paste]")
	v.Type("#paste-text", lead+"Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource.")
	v.Click("#paste-form button")
	v.wait(`document.querySelector("#paste-result button")`)
	v.expect("#paste-result", "Chromium", "https://app.example.com")
	v.Click("#paste-result button")
	v.wait(`document.activeElement.id === "field-allowOrigins" && !document.querySelector("#paste").open`)
	v.wait(fmt.Sprintf(`document.querySelector(%q).hasAttribute("aria-current")`, v.cellOf("app", "posts")))
	v.wait(`document.querySelector("#request-title").textContent === "Your site: GET /posts"`)

	v.Click("[data-opens=paste]")
	v.Type("#paste-text", lead+"Request header field authorization is not allowed by Access-Control-Allow-Headers in preflight response.")
	v.Click("#paste-form button")
	v.wait(`document.querySelector("#paste-result").textContent.includes("Go to AllowHeaders")`)
	v.Click("#paste-result button:nth-of-type(2)")
	v.wait(`document.querySelector("#request-title").textContent === "Your site: GET /account"`)
	v.expect("#exchange", "AllowHeaders doesn't list it")
}

// undo takes a fix back, with the button and with the keyboard.
func (v visit) undo() {
	before := v.p.policy.Text
	undone := func() {
		v.t.Helper()
		if text := v.p.policy.Text; text != before {
			v.t.Errorf("in force is %s, want %s", text, before)
		}
		v.expect(v.cellOf("app", "account"), "✕ not sent")
		v.expect("#exchange", "AllowHeaders doesn't list it")
		if text := drive.Text(v, "#undo span"); text != "" || len(v.inView("#undo button")) == 0 {
			v.t.Errorf("%q can still be undone", text)
		}
	}
	v.open("app", "account")
	for _, undo := range []func(){
		func() { v.Click("#undo button") },
		func() {
			v.Eval(`document.querySelector("#field-allowCredentials").dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true, bubbles: true }))`, nil)
		},
	} {
		v.change(func() { v.Click("#exchange .changes button") })
		v.expect(v.cellOf("app", "account"), "✓ 200")
		v.expect("#undo", "Added Authorization to AllowHeaders.")
		if missing := v.inView("#undo button"); len(missing) > 0 {
			v.t.Error("the button isn't in view")
		}
		v.change(undo)
		undone()
	}
	v.change(func() { v.Click("#presets li:nth-child(2) button") })
	v.change(func() { v.Click("#presets li:nth-child(3) button") })
	v.change(func() { v.Click("#undo button") })
	v.expect("#undo", "Started from Tokens.")
	v.change(func() { v.Click("#undo button") })
	undone()
	v.change(func() { v.Click("#presets li:nth-child(2) button") })
	v.change(func() { v.Type("#field-exposeHeaders", "ETag") })
	if len(v.inView("#undo button")) == 0 {
		v.t.Error("after typing, the change before it can still be undone")
	}
}

// terms opens the explanation of a word with the keyboard.
func (v visit) terms() {
	v.Eval(`document.querySelector("#field-maxAge-help .term").focus()`, nil)
	v.Press("Enter")
	v.wait(`document.querySelector("#term-preflight").matches(":popover-open")`)
	if missing := v.inView("#term-preflight"); len(missing) > 0 {
		v.t.Error("the explanation isn't in view")
	}
	v.expect("#term-preflight", "OPTIONS request")
	v.expect("h1", "corskit playground", release())
	v.Press("Enter")
	v.wait(`!document.querySelector("#term-preflight").matches(":popover-open")`)
	var links []string
	v.Eval(`[...document.querySelectorAll("a[href^=https]")].map((e) => e.href)`, &links)
	for _, want := range []string{"https://github.com/corskit/cors#readme", "https://pkg.go.dev/github.com/corskit/cors/core", "https://pkg.go.dev/github.com/corskit/cors/core#Config.AllowOrigins"} {
		if !slices.Contains(links, want) {
			v.t.Errorf("no link leads to %s: %q", want, links)
		}
	}
}

// keyboard walks through the page with Tab. What has the focus must show it.
func (v visit) keyboard() {
	v.Press("Tab")
	v.wait(`document.activeElement.className === "skip"`)
	v.Press("Enter")
	v.wait(`location.hash === "#policy"`)
	v.until("tab-fields")
	v.until("field-allowOrigins")
	v.Eval(`document.querySelector("#tab-fields").focus()`, nil)
	v.Press("ArrowRight")
	v.wait(`document.activeElement.id === "tab-text"`)
	v.until("policy-text")
	v.Press("Tab") // to the one cell that takes part in Tab
	for _, key := range []string{"ArrowDown", "ArrowRight"} {
		v.Press(key)
	}
	v.wait(fmt.Sprintf(`document.activeElement === document.querySelector(%q)`, v.cellOf("admin", "posts")))
	v.Press("Enter")
	v.wait(`document.querySelector("#request-title").textContent === "Your admin site: GET /posts"`)
	v.Press("Tab")
	v.wait(`document.activeElement.closest("#request")`)
}

// until presses Tab until an element has the focus.
func (v visit) until(id string) {
	v.t.Helper()
	for range 60 {
		v.Press("Tab")
		var at struct {
			ID      string
			Visible bool
		}
		v.Eval(`({ ID: document.activeElement.id, Visible: getComputedStyle(document.activeElement).outlineStyle !== "none" })`, &at)
		if !at.Visible {
			v.t.Errorf("nothing shows that %q has the focus", at.ID)
		}
		if at.ID == id {
			return
		}
	}
	v.t.Errorf("Tab does not lead to %s", id)
}

func (v visit) structure() {
	v.send()
	v.Click("[data-opens=paste]")
	v.Type("#paste-text", "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.")
	v.Click("#paste-form button")
	v.wait(`document.querySelector("#paste-result button")`)
	v.Eval(`document.querySelector("#paste").close()`, nil)
	v.Click("[data-opens=code]")
	v.wait(`document.querySelector("#tab-gin")`)
	var problems []string
	v.Eval(`(() => {
		const problems = []
		for (const e of document.querySelectorAll("a, button, input, select, textarea, iframe, summary, pre[tabindex], [role=region]")) {
			const name = (e.labels?.[0] ?? e).textContent.trim() || e.title || e.getAttribute("aria-label")
			if (!name) problems.push("no name: " + e.outerHTML.slice(0, 100))
		}
		let before = 0
		for (const e of document.querySelectorAll("h1, h2, h3, h4, h5")) {
			const level = Number(e.tagName[1])
			if (level > before + 1) problems.push("a heading is left out before: " + e.textContent)
			before = level
		}
		const ids = [...document.querySelectorAll("[id]")].map((e) => e.id)
		for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) problems.push("an id is there twice: " + id)
		for (const a of ["aria-describedby", "aria-labelledby", "aria-controls", "for"])
			for (const e of document.querySelectorAll("[" + a + "]"))
				for (const id of e.getAttribute(a).split(" "))
					if (!document.getElementById(id)) problems.push(a + " names nothing: " + id)
		return problems
	})()`, &problems)
	for _, problem := range problems {
		v.t.Error(problem)
	}
}

// smallest is how narrow the window of the browser gets.
func (v visit) smallest() int {
	if v.name == "Firefox" {
		return 500
	}
	return 360
}

// looks keeps screenshots where the environment variable ARTEFACTS says, and
// checks that nothing is cut off and that texts stand out from what is behind.
func (v visit) looks() {
	for _, size := range []struct {
		name          string
		width, height int
		views         []string
	}{{"desktop", 1440, 900, []string{"matrix"}}, {"tablet", 1024, 768, []string{"matrix"}}, {"phone", v.smallest(), 740, []string{"matrix", "policy", "exchange"}}} {
		for _, theme := range []string{"light", "dark"} {
			v.Resize(size.width, size.height, theme == "dark")
			for _, view := range size.views {
				v.Eval(fmt.Sprintf(`document.querySelector("#view-%s").click()`, view), nil)
				v.look(fmt.Sprintf("%s-%s-%s", size.name, view, theme))
			}
		}
	}
}

func (v visit) look(name string) {
	v.t.Helper()
	var over int
	v.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over)
	if over > 0 {
		v.t.Errorf("%s: the page is %d pixels too wide", name, over)
	}
	var faint []string
	v.Eval(contrast, &faint)
	for _, text := range faint {
		v.t.Errorf("%s: %s", name, text)
	}
	if dir := os.Getenv("ARTEFACTS"); dir != "" {
		edition := "local"
		if v.p == nil {
			edition = "static"
		}
		file := filepath.Join(dir, fmt.Sprintf("playground-%s-%s-%s.png", edition, strings.ToLower(v.name), name))
		if err := os.WriteFile(file, v.Screenshot(), 0o644); err != nil {
			v.t.Error(err)
		}
	}
}

// opened looks at what opens over the page.
func (v visit) opened() {
	v.open("app", "account")
	v.change(func() { v.Click("#exchange .changes button") })
	for _, theme := range []string{"light", "dark"} {
		v.Resize(v.smallest(), 740, theme == "dark")
		v.Click("#view-exchange")
		if missing := v.inView("#undo span", "#undo button"); len(missing) > 0 {
			v.t.Errorf("%q are out of sight", missing)
		}
		v.look("undo-" + theme)
		v.Click("[data-opens=code]")
		v.wait(`document.querySelector("#tab-gin")`)
		v.look("code-" + theme)
		v.Eval(`document.querySelector("#code").close()`, nil)
		v.Click("#view-policy")
		v.Click("#field-allowMethods-help .term")
		v.wait(`document.querySelector("#term-safelisted").matches(":popover-open")`)
		v.look("term-" + theme)
		v.Click("[data-opens=paste]")
		v.Type("#paste-text", "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.")
		v.Click("#paste-form button")
		v.wait(`document.querySelector("#paste-result button")`)
		v.look("paste-" + theme)
		v.Eval(`document.querySelector("#paste").close()`, nil)
	}
}

// contrast lists texts whose contrast is less than the 4.5 of WCAG's level AA.
const contrast = `(() => {
	const parse = (color) => color.match(/[\d.]+/g).map(Number)
	const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
		.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const color = parse(getComputedStyle(e).backgroundColor)
			if (color.length === 3 || color[3] === 1) return color
		}
		return [255, 255, 255]
	}
	const faint = new Set()
	// Behind a text of a drawing is the last filled shape under its middle.
	const drawn = (e) => {
		const r = e.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2
		const shape = [...e.ownerSVGElement.querySelectorAll("rect")].filter((s) => {
			const b = s.getBoundingClientRect()
			return getComputedStyle(s).fill !== "none" && b.left <= x && x <= b.right && b.top <= y && y <= b.bottom
		}).at(-1)
		return shape ? parse(getComputedStyle(shape).fill) : behind(e)
	}
	for (const e of document.querySelectorAll("body *")) {
		if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !e.checkVisibility() || e.disabled || e.closest(":disabled")) continue
		const [a, b] = [light(parse(getComputedStyle(e).color)), light(e.tagName === "text" ? drawn(e) : behind(e))]
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
		if (ratio < 4.5) faint.add(e.tagName + "." + e.className + " has a contrast of " + ratio.toFixed(1) + ": " + e.textContent.slice(0, 40))
	}
	return [...faint]
})()`
