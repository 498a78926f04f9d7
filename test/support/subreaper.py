"""Runs a command as a container's init does: orphans of it become its children (Linux)."""

import ctypes
import os
import signal
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36

ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
command = subprocess.Popen(sys.argv[1:])
signal.signal(signal.SIGTERM, lambda *_: command.terminate())
command.wait()
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
