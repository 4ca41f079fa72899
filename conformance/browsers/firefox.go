package browsers

import (
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// firefoxPreferences are JavaScript values, by name.
var firefoxPreferences = map[string]string{
	// The proxy handles every host, and resolves its name.
	"network.proxy.type":                      "1",
	"network.proxy.socks_version":             "5",
	"network.proxy.socks_remote_dns":          "true",
	"network.proxy.no_proxies_on":             `""`,
	"network.proxy.allow_hijacking_localhost": "true",
	"network.proxy.failover_direct":           "false",
	"network.trr.mode":                        "5",
	"network.dns.native_https_query":          "false",
	"network.dns.disablePrefetch":             "true",

	// Nothing interferes with tests.
	"network.cookie.cookieBehavior":                   "0", // third-party cookies stay
	"network.cookie.cookieBehavior.optInPartitioning": "false",
	"privacy.trackingprotection.enabled":              "false",
	"dom.security.https_first":                        "false", // http stays http
	"network.lna.enabled":                             "false", // asks the user
	"network.lna.blocking":                            "false",
	"dom.disable_open_during_load":                    "false", // windows may be opened
	"dom.popup_maximum":                               "-1",

	// Documents are in background tabs. A process for each of a hundred sites
	// takes minutes to start.
	"network.http.throttle.enable":           "false",
	"network.http.tailing.enabled":           "false",
	"dom.min_background_timeout_value":       "0",
	"dom.ipc.processPriorityManager.enabled": "false",
	"fission.autostart":                      "false",
	"dom.ipc.processCount":                   "1",

	// Firefox shows nothing and makes no requests of its own.
	"app.normandy.enabled":                       "false",
	"app.update.auto":                            "false",
	"browser.aboutwelcome.enabled":               "false",
	"browser.newtabpage.enabled":                 "false",
	"browser.region.network.url":                 `""`,
	"browser.safebrowsing.malware.enabled":       "false",
	"browser.safebrowsing.phishing.enabled":      "false",
	"browser.safebrowsing.update.enabled":        "false",
	"browser.search.update":                      "false",
	"browser.shell.checkDefaultBrowser":          "false",
	"browser.startup.homepage_override.mstone":   `"ignore"`,
	"browser.topsites.contile.enabled":           "false",
	"datareporting.policy.dataSubmissionEnabled": "false",
	"dom.push.connection.enabled":                "false",
	"extensions.getAddons.cache.enabled":         "false",
	"extensions.systemAddon.update.enabled":      "false",
	"extensions.update.enabled":                  "false",
	"media.gmp-manager.updateEnabled":            "false",
	"network.captive-portal-service.enabled":     "false",
	"network.connectivity-service.enabled":       "false",
	"network.http.speculative-parallel-limit":    "0",
	"network.predictor.enabled":                  "false",
	"network.prefetch-next":                      "false",
	"services.settings.server":                   `""`,
	"termsofuse.bypassNotification":              "true",
	"toolkit.telemetry.server":                   `""`,
	"toolkit.telemetry.unified":                  "false",
}

// firefoxCommand writes a profile: preferences, and a database of certificates
// that trusts the authority.
func firefoxCommand(s *session, page string) (*exec.Cmd, error) {
	host, port, err := net.SplitHostPort(s.web.proxy.Addr().String())
	if err != nil {
		return nil, err
	}
	preferences := maps.Clone(firefoxPreferences)
	preferences["network.proxy.socks"] = `"` + host + `"`
	preferences["network.proxy.socks_port"] = port
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(preferences)) {
		fmt.Fprintf(&text, "user_pref(%q, %s);\n", name, preferences[name])
	}
	authority := filepath.Join(s.profile, "authority.der")
	for file, content := range map[string][]byte{
		filepath.Join(s.profile, "user.js"): []byte(text.String()),
		authority:                           s.web.authority.certificate.Raw,
	} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			return nil, err
		}
	}
	database := "sql:" + s.profile
	for _, arguments := range [][]string{
		{"-N", "-d", database, "--empty-password"},
		{"-A", "-d", database, "-n", "authority", "-t", "C,,", "-i", authority},
	} {
		if out, err := exec.Command(certutil.find(), arguments...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("certutil %q: %w: %s", arguments, err, out)
		}
	}
	cmd := exec.Command(firefox.find(), "--headless", "--no-remote", "--profile", s.profile, page)
	// Without the second, services.settings.server is ignored.
	cmd.Env = []string{"MOZ_CRASHREPORTER_DISABLE=1", "MOZ_REMOTE_SETTINGS_DEVTOOLS=1"}
	return cmd, nil
}
