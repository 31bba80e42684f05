"""Programs that end when the one that started them does, however that ends: no machine is left running by one that was killed."""
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def of_ours(end=signal.SIGKILL):
    """For preexec_fn: the program, and what it becomes by exec, gets this signal when the thread that starts it ends."""
    parent = os.getpid()

    def prepare():
        LIBC.prctl(PR_SET_PDEATHSIG, end)
        if os.getppid() != parent:  # gone before that
            os.kill(os.getpid(), end)
    return prepare


def tidy_up_when_asked_to_end():
    """For a program that such a signal comes to: its temporary files go, as at any end of it. Each thread of the one that started it
    that ends sends one: those that come while it tidies up change nothing."""
    def end(*_):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit(128 + signal.SIGTERM)
    signal.signal(signal.SIGTERM, end)
