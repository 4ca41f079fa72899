package browsers

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// webKitCommand also starts a display, which this browser requires.
func webKitCommand(s *session, page string) (*exec.Cmd, error) {
	display, err := startDisplay(s)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(miniBrowser.find(),
		"--proxy=socks5://"+s.web.proxy.Addr().String(),
		"--ignore-tls-errors", // it trusts the system's authorities and no others
		"--cookies-policy=always",
		"--javascript-can-open-windows-automatically=true",
		"--enable-dns-prefetching=false",
		page)
	cmd.Env = []string{
		"DISPLAY=" + display, "GDK_BACKEND=x11",
		// There is no desktop, and no graphics card.
		"DBUS_SESSION_BUS_ADDRESS=disabled:", "GSETTINGS_BACKEND=memory", "NO_AT_BRIDGE=1",
		"WEBKIT_DISABLE_COMPOSITING_MODE=1", "WEBKIT_DISABLE_DMABUF_RENDERER=1", "LIBGL_ALWAYS_SOFTWARE=1",
	}
	return cmd, nil
}

// startDisplay starts an X server, and returns its name, such as ":1". The
// server has an abstract socket and no lock file: files would remain if it is
// killed.
func startDisplay(s *session) (string, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer r.Close()
	cmd := exec.Command(xvfb.find(), "-displayfd", "3", "-screen", "0", "640x480x24", "-nolock", "-nolisten", "unix", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{w}
	cmd.Env = s.environment()
	start(s.t, cmd)
	w.Close()
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("the display doesn't start: %w", err)
	}
	return ":" + strings.TrimSpace(number), nil
}
