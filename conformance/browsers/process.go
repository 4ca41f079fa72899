package browsers

import (
	"bytes"
	"os/exec"
	"runtime"
	"sync"
	"testing"
	"time"
)

// A process is a running program, and all that it has started.
type process struct {
	cmd    *exec.Cmd
	output output
	ended  chan struct{}
}

// start starts a program, which ends with the test. If the test is killed, the
// program is killed, too, where the system supports that.
func start(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.output, &p.output
	cmd.WaitDelay = 5 * time.Second
	contain(cmd)
	started := make(chan error)
	go func() {
		// The system ends the program when the thread that started it ends.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait()
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		kill(cmd)
		<-p.ended
		if t.Failed() {
			t.Logf("%s said:\n%s", cmd.Path, &p.output)
		}
	})
	return p
}

// maxOutput is how many bytes of a program's output are kept.
const maxOutput = 64 << 10

// output is the beginning of a program's output.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(b[:min(len(b), maxOutput-o.text.Len())])
	return len(b), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
