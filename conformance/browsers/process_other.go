//go:build !linux

package browsers

import "os/exec"

// Here only the command itself is ended, and only when the test ends.
func contain(*exec.Cmd) {}

func kill(cmd *exec.Cmd) { cmd.Process.Kill() }
