package conformance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
)

// serverProcess returns the command of a server that is this test's own binary,
// running TestServerProcess.
func serverProcess(environment ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^TestServerProcess$")
	cmd.Env = append(os.Environ(), environment...)
	return cmd
}

// TestServerProcess isn't a test, but the server of other tests.
func TestServerProcess(t *testing.T) {
	text := os.Getenv("CORS_POLICY")
	if text == "" {
		t.Skip("runs as the server of other tests")
	}
	if why := os.Getenv("REFUSE"); why != "" {
		fmt.Println(why)
		os.Exit(2)
	}
	var policy []cors.Config
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		t.Fatal(err)
	}
	if why := refuses(policy); why != "" {
		fmt.Println(why)
		os.Exit(conformance.RefusedStatus)
	}
	var handler atomic.Value
	handler.Store(muxFor(t, policy))
	root := http.NewServeMux()
	root.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { handler.Load().(http.HandlerFunc)(w, r) })
	root.HandleFunc("GET /pid", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, os.Getpid()) })
	if os.Getenv("FIXED") == "" {
		root.HandleFunc("PUT "+conformance.PolicyPath, func(w http.ResponseWriter, r *http.Request) {
			var policy []cors.Config
			if err := json.NewDecoder(r.Body).Decode(&policy); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			if why := refuses(policy); why != "" {
				http.Error(w, why, http.StatusUnprocessableEntity)
				return
			}
			handler.Store(muxFor(t, policy))
			w.WriteHeader(http.StatusNoContent)
		})
	}
	t.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), root))
}

// refuses returns why the server refuses a policy, or "".
func refuses(policy []cors.Config) string {
	if _, err := cors.New(policy...); err != nil {
		return err.Error()
	}
	if len(policy[0].AcceptRisks) > 0 {
		return os.Getenv("REFUSE_RISKS")
	}
	if policy[0].AllowCredentials {
		return os.Getenv("REFUSE_CREDENTIALS")
	}
	return ""
}

func muxFor(t *testing.T, policy []cors.Config) http.HandlerFunc {
	handler, _ := serveMux(t, policy)
	if os.Getenv("SPOILED") == "" {
		return handler.ServeHTTP
	}
	// Worse than a library that shares header values between responses.
	return func(w http.ResponseWriter, r *http.Request) {
		if spoiled.Load() {
			http.Error(w, "spoiled", http.StatusInternalServerError)
			return
		}
		if r.URL.Query().Get("do") == "mutate" {
			spoiled.Store(true)
		}
		handler.ServeHTTP(w, r)
	}
}

var spoiled atomic.Bool

func TestCommand(t *testing.T) {
	conformance.Run(t, conformance.Command(t, serverProcess()), conformance.Without(conformance.FeatureOwnedHeaders))
}

func TestCommandStartsAServerOnceIfItTakesOtherPolicies(t *testing.T) {
	for _, test := range []struct {
		name        string
		environment []string
		same        bool
	}{
		{"takes other policies", nil, true},
		{"has a fixed policy", []string{"FIXED=yes"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			serve := conformance.Command(t, serverProcess(test.environment...))
			pids := make(map[string]bool)
			for range 2 {
				t.Run("case", func(t *testing.T) {
					pids[get(t, serve(t, []cors.Config{{AllowOrigins: []string{"*"}}}).URL+"/pid")] = true
				})
			}
			if same := len(pids) == 1; same != test.same {
				t.Errorf("the same process serves two cases: %v, want %v", same, test.same)
			}
		})
	}
}

func TestCommandGivesTheServerAnotherPolicy(t *testing.T) {
	server := conformance.Command(t, serverProcess())(t, []cors.Config{{AllowOrigins: []string{"https://app.example.com"}}})
	if err := server.Reconfigure([]cors.Config{{AllowOrigins: []string{"*"}}}); err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(server.URL + "/data")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if got := response.Header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("Access-Control-Allow-Origin is %q, want %q", got, "*")
	}
	err = server.Reconfigure([]cors.Config{{}})
	if refused := new(conformance.RefusedError); !errors.As(err, &refused) || !strings.Contains(refused.Reason, "AllowOrigins is empty") {
		t.Errorf("a refused policy returns %v, want a RefusedError with what the server says", err)
	}
}

func TestCommandEndsAllThatItStarted(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	var url string
	t.Run("suite", func(t *testing.T) {
		cmd := serverProcess()
		cmd.Args = append([]string{"sh", "-c", `"$0" "$@" & wait`}, cmd.Args...)
		cmd.Path = shell
		serve := conformance.Command(t, cmd)
		t.Run("case", func(t *testing.T) { url = serve(t, []cors.Config{{AllowOrigins: []string{"*"}}}).URL })
		get(t, url+"/pid")
	})
	if response, err := http.Get(url); err == nil {
		response.Body.Close()
		t.Error("the server still responds")
	}
}

// TestCommandSaysWhyNoServerStarts runs TestServerThatRefuses in a process of
// its own, since it fails.
func TestCommandSaysWhyNoServerStarts(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestServerThatRefuses$")
	cmd.Env = append(os.Environ(), "REFUSE=no such origin")
	printed, err := cmd.CombinedOutput()
	if err == nil {
		t.Error("the test passes without a server")
	}
	for _, part := range []string{"ends before it responds: exit status 2", "no such origin"} {
		if !strings.Contains(string(printed), part) {
			t.Errorf("%q is not in what the test prints:\n%s", part, printed)
		}
	}
}

func TestServerThatRefuses(t *testing.T) {
	if os.Getenv("REFUSE") == "" {
		t.Skip("runs as the process of another test")
	}
	conformance.Command(t, serverProcess())(t, []cors.Config{{AllowOrigins: []string{"*"}}})
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
