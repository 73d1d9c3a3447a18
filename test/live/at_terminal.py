"""Runs a program at a terminal of its own and does what the lines on standard input say, one a line, as JSON:
["wait", TEXT]  until the screen's bytes since the last wait hold TEXT     ["type", TEXT]
["resize", COLUMNS, ROWS]     ["signal", NAME]     ["hang up"]  the terminal goes away     ["end"]  waits for the end of the program
Then it writes one JSON object: the bytes that came (as latin-1), the exit status and whether the terminal is as it was.
Usage: at_terminal.py COLUMNS ROWS [--pipe FILE] PROGRAM ARGUMENT..."""
import fcntl, json, os, pty, select, signal, struct, sys, termios, time

PATIENCE = 120  # as in test/support/patience.ts

def size(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

columns, rows, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
pipe = None
if command[0] == "--pipe":
    pipe, command = command[1], command[2:]
master, slave = pty.openpty()
size(slave, columns, rows)
before = termios.tcgetattr(slave)
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    stdin = slave if pipe is None else os.open(pipe, os.O_RDONLY)
    for fd, target in ((stdin, 0), (slave, 1), (slave, 2)):
        os.dup2(fd, target)
    os.execvp(command[0], command)

seen = b""
mark = 0
status = None

def read(seconds):
    global seen
    ready, _, _ = select.select([master], [], [], seconds)
    if ready:
        try:
            seen += os.read(master, 65536)
        except OSError:
            pass

def fail(why):
    os.kill(child, signal.SIGKILL)
    sys.exit(f"{why}; seen: {seen[-3000:]!r}")

for line in sys.stdin:
    do = json.loads(line)
    until = time.monotonic() + PATIENCE
    if do[0] == "wait":
        text = do[1].encode()
        while text not in seen[mark:]:
            if time.monotonic() > until:
                fail(f"no {do[1]!r}")
            read(0.1)
        mark = seen.index(text, mark) + len(text)
    elif do[0] == "type":
        os.write(master, do[1].encode())
    elif do[0] == "resize":
        mark = len(seen)
        size(master, do[1], do[2])
    elif do[0] == "signal":
        os.kill(child, getattr(signal, do[1]))
    elif do[0] == "hang up":
        os.close(slave)
        os.close(master)
        _, code = os.waitpid(child, 0)
        print(json.dumps({"output": seen.decode("utf8", "replace"), "status": os.waitstatus_to_exitcode(code), "restored": True}))
        sys.exit()
    elif do[0] == "end":
        while status is None:
            if time.monotonic() > until:
                fail("it does not end")
            read(0.05)
            pid, code = os.waitpid(child, os.WNOHANG)
            if pid == child:
                status = os.waitstatus_to_exitcode(code)
        for _ in range(3):
            read(0.05)

json.dump({
    "output": seen.decode("utf8", "replace"),
    "status": status,
    "restored": termios.tcgetattr(slave) == before,
}, sys.stdout)
