package browsers

import (
	"os/exec"
	"syscall"
)

// contain puts a command, and all that it starts, into a group of processes
// that end together, and makes the command end with the thread that starts it.
func contain(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func kill(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
