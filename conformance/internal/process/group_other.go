//go:build !unix

package process

import (
	"os/exec"
	"syscall"
)

// Without groups of processes, only the program is ended, and not what it started.

func attributes() *syscall.SysProcAttr { return nil }

func terminate(cmd *exec.Cmd) { kill(cmd) }
func kill(cmd *exec.Cmd)      { cmd.Process.Kill() }
