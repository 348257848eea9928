"""A leash for child processes: they die when we are killed, even by SIGKILL."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def leashed() -> None:
    """Runs in the child between fork and exec: no allocation-heavy work, no locks.

    SIGINT is both PostgreSQL's fast shutdown and Valkey's. A new session keeps the terminal's Ctrl-C from the servers:
    the one who started them stops them, after the last trial is stored.
    """
    os.setsid()
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
