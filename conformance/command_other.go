//go:build !unix

package conformance

import "os/exec"

// Where there are no groups of processes, only the command itself is ended.
func group(*exec.Cmd) {}

func interrupt(cmd *exec.Cmd) { cmd.Process.Kill() }
func kill(cmd *exec.Cmd)      { cmd.Process.Kill() }
