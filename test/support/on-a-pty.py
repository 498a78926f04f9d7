# Runs a command on a pseudo-terminal of its own: what comes in on standard input is typed, what
# the terminal shows goes to standard output. Says "pid N" on standard error, ends as the command
# did. The end of standard input, or of this process, hangs the terminal up.
import fcntl, os, pty, select, struct, sys, termios

pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
sys.stderr.write("pid %d\n" % pid)
sys.stderr.flush()
while True:
    ready, _, _ = select.select([master, 0], [], [])
    if 0 in ready:
        typed = os.read(0, 4096)
        if not typed:
            os._exit(99)
        while typed:
            typed = typed[os.write(master, typed):]
    if master in ready:
        try:
            shown = os.read(master, 65536)
        except OSError:
            break
        if not shown:
            break
        os.write(1, shown)
_, status = os.waitpid(pid, 0)
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
