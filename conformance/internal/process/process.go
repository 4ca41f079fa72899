// Package process runs programs that end together with all that they started, unless
// that has begun a session of its own.
package process

import (
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A Process is a running program, and all that it has started.
type Process struct {
	Output Output          // what it prints
	Ended  <-chan struct{} // closed after the program has ended
	cmd    *exec.Cmd
}

// outputDelay is how long the output is read after the program has ended: a
// program that it started may keep it open.
const outputDelay = 2 * time.Second

// Start starts a program. It is killed when this process ends, where the system
// supports that.
func Start(cmd *exec.Cmd) (*Process, error) {
	ended := make(chan struct{})
	p := &Process{Ended: ended, cmd: cmd}
	cmd.Stdout, cmd.Stderr = &p.Output, &p.Output
	cmd.WaitDelay = outputDelay
	cmd.SysProcAttr = attributes()
	started := make(chan error)
	go func() {
		// The system kills the program when the thread that started it ends.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait() // State tells how it ends
			close(ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// State says how a program that has ended did so.
func (p *Process) State() *os.ProcessState { return p.cmd.ProcessState }

// End asks the process to end, and kills what is left of it after a time.
func (p *Process) End(after time.Duration) {
	terminate(p.cmd)
	select {
	case <-p.Ended:
	case <-time.After(after):
	}
	p.Kill()
}

// Kill ends the process at once.
func (p *Process) Kill() {
	kill(p.cmd)
	<-p.Ended
}

// maxOutput is how many bytes of an Output are kept.
const maxOutput = 64 << 10

// An Output keeps the end of what a program prints.
type Output struct {
	mu   sync.Mutex
	text []byte
}

// Write implements io.Writer.
func (o *Output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, text...)
	o.text = o.text[max(0, len(o.text)-maxOutput):]
	return len(text), nil
}

// Take returns the text since the last call.
func (o *Output) Take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := string(o.text)
	o.text = nil
	return text
}

// The ports that systems choose by themselves, for connections and for listeners on
// any port, begin at 32768 or later.
const (
	firstPort = 20000
	ports     = 32768 - firstPort
)

// lastPort counts from a random port, so that processes seldom try the same ones.
var lastPort atomic.Uint32

func init() { lastPort.Store(rand.Uint32N(ports)) }

// FreePort returns a port of 127.0.0.1 that nobody listens on, for a program that is
// about to. Until it does, neither the system nor another call in this process gives the
// port away.
func FreePort() (string, error) {
	var err error
	for range ports {
		port := strconv.Itoa(firstPort + int(lastPort.Add(1)%ports))
		var listener net.Listener
		if listener, err = net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			return port, listener.Close()
		}
	}
	return "", err
}
