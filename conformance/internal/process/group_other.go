//go:build !unix

package process

import (
	"os/exec"
	"syscall"
)

// Where there are no groups of processes, only the program itself is ended.

func attributes() *syscall.SysProcAttr { return nil }

func terminate(cmd *exec.Cmd) { kill(cmd) }
func kill(cmd *exec.Cmd)      { cmd.Process.Kill() }
