//go:build unix

package caches

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"strings"
	"testing"
)

// A cache is a shared cache with one of its configurations.
type cache struct {
	// start starts it in front of an application, until the test ends.
	start func(t *testing.T, application string) (address string)

	longestVary      int      // responses with a longer Vary are not stored, if not 0
	lastVaryLine     bool     // only the last of several Vary lines counts
	oneVary          bool     // copies whose Vary differ evict each other
	convertsEncoding bool     // one copy serves requests for gzip and others
	key              []string // request headers by which copies differ in any case
}

// isTooLong reports whether a response with a Vary is not stored.
func (c *cache) isTooLong(vary string) bool { return c.longestVary > 0 && len(vary) > c.longestVary }

// sharedCaches are the caches with the right configurations. If one is not
// installed, the test is skipped.
var sharedCaches = []struct {
	name  string
	cache func(t *testing.T) cache
}{
	{"nginx", func(t *testing.T) cache { return nginx(t, nginxOptions{}) }},
	{"Varnish", func(t *testing.T) cache { return varnish(t, varnishOptions{}) }},
}

// nginxOptions are the options of testdata/nginx.conf.tmpl.
type nginxOptions struct {
	Key        []string // request headers
	IgnoreVary bool
}

// Variables returns the request headers for the key, as nginx variables.
func (o nginxOptions) Variables() string {
	variables := ""
	for _, name := range o.Key {
		variables += " $http_" + strings.ToLower(strings.ReplaceAll(name, "-", "_"))
	}
	return variables
}

func nginx(t *testing.T, options nginxOptions) cache {
	path := onPath(t, "nginx-light", "nginx")
	return cache{
		longestVary:  128, // NGX_HTTP_CACHE_VARY_LEN
		lastVaryLine: nginxIsBefore(t, path, 1, 23),
		oneVary:      true,
		key:          options.Key,
		start: func(t *testing.T, application string) string {
			return start(t, func(address string) []string {
				folder := t.TempDir()
				configuration := configure(t, folder, "nginx.conf", struct {
					nginxOptions
					Address, Application, Dir, User string
				}{options, address, application, folder, superuser(t)})
				return []string{path, "-p", folder, "-c", configuration, "-e", "stderr"}
			})
		},
	}
}

// nginxIsBefore reports whether an nginx is older than a version.
func nginxIsBefore(t *testing.T, path string, major, minor int) bool {
	printed, err := exec.Command(path, "-v").CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	var m, n int
	if _, err := fmt.Sscanf(string(printed), "nginx version: nginx/%d.%d", &m, &n); err != nil {
		t.Fatalf("%s -v printed %q: %v", path, printed, err)
	}
	return m < major || m == major && n < minor
}

// superuser returns the name of the current user if that is the superuser:
// nginx's workers would run as another user, without access to the folder.
func superuser(t *testing.T) string {
	if os.Geteuid() != 0 {
		return ""
	}
	current, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return current.Username
}

// varnishOptions are the options of testdata/varnish.vcl.tmpl.
type varnishOptions struct{ IgnoreVary bool }

func varnish(t *testing.T, options varnishOptions) cache {
	path := onPath(t, "varnish", "varnishd")
	return cache{
		convertsEncoding: true,
		start: func(t *testing.T, application string) string {
			host, port, err := net.SplitHostPort(application)
			if err != nil {
				t.Fatal(err)
			}
			return start(t, func(address string) []string {
				folder := t.TempDir()
				configuration := configure(t, folder, "varnish.vcl", struct {
					varnishOptions
					Host, Port string
				}{options, host, port})
				return []string{path,
					"-F",         // in the foreground
					"-j", "none", // as the current user
					"-n", folder,
					"-a", address,
					"-f", configuration,
					"-s", "malloc,64m",
					"-l", "1m",
					"-T", "none", // no commands from elsewhere
				}
			})
		},
	}
}
