package policyfile_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"path/filepath"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config/policyfile"
)

func ExampleFollow() {
	dir, err := os.MkdirTemp("", "policyfile")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "cors.json")
	write := func(policy string) { // and rename, so that nobody reads half a policy
		if err := os.WriteFile(file+".new", []byte(policy), 0o600); err != nil {
			log.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			log.Fatal(err)
		}
	}
	write(`{"allowOrigins": ["https://app.example.com"]}`)

	ctx, stop := context.WithCancel(context.Background()) // in a server: that of its shutdown
	defer stop()
	engine := new(cors.Engine)
	reloaded := make(chan error, 1)
	err = policyfile.Follow(ctx, engine, file, &policyfile.Options{
		Log:      slog.New(slog.DiscardHandler),
		OnReload: func(err error) { reloaded <- err },
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(engine.Configs()[0].AllowOrigins)

	write(`{"allowOrigins": ["https://other.example.com"]}`)
	fmt.Println("error:", <-reloaded)
	fmt.Println(engine.Configs()[0].AllowOrigins)

	write(`{"allowOrigins": "https://app.example.com"}`)
	fmt.Println("error:", filepath.Base((<-reloaded).Error()))
	fmt.Println(engine.Configs()[0].AllowOrigins)
	// Output:
	// [https://app.example.com]
	// error: <nil>
	// [https://other.example.com]
	// error: cors.json:1:18: allowOrigins is a string; write a list of strings
	// [https://other.example.com]
}
