"""The account that PostgreSQL runs under: ours, or an unprivileged one when we are root (PostgreSQL refuses root)."""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness.stack.errors import EnvironmentFailed

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Who runs the servers."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        return self.uid == os.geteuid()

    def own(self, folder: Path) -> None:
        """Make and give it a folder that nobody else can read."""
        folder.mkdir(parents=True, exist_ok=True)
        if not self.is_ours:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def server_account() -> Account:
    """Ourselves unless we are root. Raises EnvironmentFailed when root finds no other account."""
    if os.geteuid() != 0:
        return _account(pwd.getpwuid(os.geteuid()))
    for name in _CANDIDATES:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise EnvironmentFailed(
        f"PostgreSQL refuses to run as root and none of the accounts {', '.join(_CANDIDATES)} exists, so it cannot be "
        "started. Run as another user, or create one: useradd --system postgres."
    )


def readable_home(home: Path, account: Account) -> Path:
    """`home`, or a folder below /var/tmp when the account cannot reach it (a home below /root, say)."""
    wanted = home.resolve()
    if account.is_ours or all(_may_enter(parent, account) for parent in wanted.parents):
        return wanted
    import hashlib  # noqa: PLC0415 - needed on this path only

    return Path("/var/tmp") / f"chatbench-{hashlib.sha256(str(wanted).encode()).hexdigest()[:12]}"  # noqa: S108 - made 0700 below


def copy_readable(source: Path, target: Path) -> None:
    """A copy that every account can run; made beside and moved, so that a torn copy is never used."""
    if target.exists():
        return
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(source, draft, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            runnable = path.is_dir() or path.parent.name in {"bin", "_binaries"} or ".so" in path.name
            path.chmod(0o755 if runnable else 0o644)
    try:
        draft.rename(target)
    except OSError:  # another run was faster
        shutil.rmtree(draft)


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _may_enter(folder: Path, account: Account) -> bool:
    if not folder.exists():
        return True
    facts = folder.stat()
    bits = facts.st_mode >> (6 if facts.st_uid == account.uid else 3 if facts.st_gid == account.gid else 0)
    return bool(bits & 1)
