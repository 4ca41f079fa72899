//go:build !js

package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// export writes the static edition to a folder. All its URLs are relative, so that it
// can be hosted anywhere.
func export(ctx context.Context, out io.Writer, dir string) error {
	scripts := filepath.Join(dir, "static")
	if err := os.MkdirAll(scripts, 0o755); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(scripts, "playground.wasm"), "github.com/corskit/cors/examples/playground")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("can't compile the engine to WebAssembly; run this in a clone of the project: %w\n%s", err, out)
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	loader, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return err
	}
	files, err := fs.ReadDir(static(), ".")
	if err != nil {
		return err
	}
	for _, file := range files {
		at := filepath.Join(scripts, file.Name())
		text, err := fs.ReadFile(static(), file.Name())
		if err != nil {
			return err
		}
		switch file.Name() {
		case "frame.html", "frame.js", "frames.js", "local.js":
			continue
		case "edition.js": // the only file that differs
			text = []byte("export * from \"./model.js\";\n")
		case "index.html":
			at = filepath.Join(dir, "index.html")
		}
		if err := os.WriteFile(at, text, 0o644); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(scripts, "wasm_exec.js"), loader, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(out, "The page is in %s. Any web server can host it.\n", dir)
	return nil
}
