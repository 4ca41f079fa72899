//go:build !linux

package browsers

import "os/exec"

// Only the command itself is ended here, and only when the test ends.
func contain(*exec.Cmd) {}

func kill(cmd *exec.Cmd) { cmd.Process.Kill() }
