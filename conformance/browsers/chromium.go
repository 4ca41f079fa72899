package browsers

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// chromiumFeatures are off, because they would interfere with tests.
var chromiumFeatures = []string{
	"HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", // http stays http
	"LocalNetworkAccessChecks",                                      // asks the user
	"IsolateOrigins,site-per-process",                               // a process for each of a hundred sites takes minutes to start
	"OptimizationHints",                                             // makes requests of its own
	"TrackingProtection3pcd", "CookieDeprecationFacilitatedTesting", // end third-party cookies after a while
}

// chromiumPreferences allow third-party cookies.
const chromiumPreferences = `{"profile": {"cookie_controls_mode": 0}}`

// chromiumCommand writes preferences. Chromium trusts the authority by its key.
func chromiumCommand(s *session, page string) (*exec.Cmd, error) {
	folder := filepath.Join(s.profile, "Default")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(folder, "Preferences"), []byte(chromiumPreferences), 0o600); err != nil {
		return nil, err
	}
	return exec.Command(chromium.find(),
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
		"--user-data-dir="+s.profile, "--ignore-certificate-errors-spki-list="+s.web.authority.keyHash(),
		"--proxy-server=socks5://"+s.web.proxy.Addr().String(), "--proxy-bypass-list=<-loopback>",
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", // only the proxy resolves names
		"--disable-features="+strings.Join(chromiumFeatures, ","), "--disable-site-isolation-trials",
		"--disable-popup-blocking", "--no-first-run", "--disable-sync", "--disable-breakpad",
		"--disable-background-networking", "--disable-component-update", "--disable-extensions",
		"--disable-field-trial-config", // no experiments
		// Documents are in windows in the background.
		"--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
		page), nil
}
