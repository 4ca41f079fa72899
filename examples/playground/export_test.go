package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/corskit/cors/examples/internal/drive"
)

// The static edition is hosted in a folder of a plain file server.
func TestStaticEdition(t *testing.T) {
	root := t.TempDir()
	if err := export(t.Context(), io.Discard, filepath.Join(root, "docs", "playground")); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(root)))
	t.Cleanup(server.Close)
	for _, browser := range drive.Sample() {
		t.Run(browser.Name, func(t *testing.T) {
			v := visit{Browser: browser.Start(t), t: t, name: browser.Name}
			v.Resize(1440, 900, false)
			v.Open(server.URL + "/docs/playground/")
			v.settle(0)
			v.agree()
			v.expect("#static-note", "a model of a browser makes the requests")
			v.expect("#summary", "Your site can read, write and delete with cookies, but not send a token. Other sites can read nothing; their forms still reach your handlers.")
			for cell, want := range map[string]string{
				"app posts": "✓ 200", "app me": "✓ 200", "app account": "✕ not sent", "app missing": "404", "app crash": "500", "admin me": "⊘ hidden",
				"stranger posts": "⊘ hidden", "stranger update": "⊘ not sent", "sandbox contact": "⚠ sent, hidden",
			} {
				site, operation, _ := strings.Cut(cell, " ")
				v.expect(v.cellOf(site, operation), want)
			}
			for _, preset := range []string{"2", "3", "4", "5", "1"} {
				v.change(func() { v.Click("#presets li:nth-child(" + preset + ") button") })
			}

			v.open("app", "account")
			v.expect("#exchange", "AllowHeaders doesn't list it", "The browser model", "agree")
			v.change(func() { v.Click("#exchange .changes button") })
			v.expect(v.cellOf("app", "account"), "✓ 200")
			v.change(func() { v.Click("#undo button") })
			v.expect(v.cellOf("app", "account"), "✕ not sent")

			v.Type("#field-allowOrigins", "https://app.example.com/")
			v.wait(`document.querySelector("#field-allowOrigins-problems li")`)
			v.expect("#policy-state", "Refused")
			v.change(func() { v.Type("#field-allowOrigins", "https://app.example.com\nhttps://admin.example.com") })
			v.expect(v.cellOf("admin", "me"), "✓ 200")

			v.open("admin", "delete")
			v.Click("#share")
			v.wait(`document.querySelector("#share-state").textContent.includes("link")`)
			var link string
			v.Eval(`location.href`, &link)
			v.Open(server.URL + "/docs/")
			v.Open(link)
			v.settle(0)
			v.expect(v.cellOf("admin", "me"), "✓ 200")
			v.expect("#request-title", "Your admin site: DELETE /posts/1")

			v.Click("[data-opens=code]")
			v.wait(`document.querySelector("#panel-nethttp")`)
			v.expect("#panel-nethttp", "engine.Handler(mux)", "https://admin.example.com")
			v.Eval(`document.querySelector("#code").close()`, nil)
			v.Click("[data-opens=paste]")
			v.Type("#paste-text", "Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response.")
			v.Click("#paste-form button")
			v.wait(`document.querySelector("#paste-result button")`)
			v.Click("#paste-result button")
			v.wait(`document.activeElement.id === "field-allowMethods"`)
			v.looks()
			v.quiet()
		})
	}
}

func TestExportReportsWhatItCannotWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := export(t.Context(), io.Discard, file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("the error is %v, want it to name the file", err)
	}
}
