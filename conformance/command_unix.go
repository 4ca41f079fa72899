//go:build unix

package conformance

import (
	"os/exec"
	"syscall"
)

// group puts a command, and all that it starts, into a group of processes that
// signals can be sent to.
func group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// interrupt asks a group to end, and kill ends it.
func interrupt(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
func kill(cmd *exec.Cmd)      { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
