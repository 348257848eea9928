"""Become another account, die with the parent, then become the program: `python launch.py UID GID PARENT SIGNAL -- …`.

A file of its own, run with `python -I -S`: it has to start fast, and setting these between fork and exec inside a
process with threads is unsafe. The kernel forgets the death signal when the account changes, hence this order.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    uid, gid, parent, death_signal = map(int, arguments[:4])
    command = arguments[5:]
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # it died before the signal was set
            sys.exit(1)
    os.umask(0o077)
    os.execv(command[0], command)  # noqa: S606 -- no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
