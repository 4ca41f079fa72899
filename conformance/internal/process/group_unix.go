//go:build unix

package process

import (
	"os/exec"
	"syscall"
)

// A program leads a group of processes, which signals can be sent to.

func terminate(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
func kill(cmd *exec.Cmd)      { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
