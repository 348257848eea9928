"""Nowhere: in place of servers that a run does not need, since all that it talks to is somebody else's address."""

from dataclasses import dataclass
from typing import NoReturn

from harness.stack.errors import EnvironmentFailed


@dataclass(frozen=True, slots=True)
class Nowhere:
    """PostgreSQL or Redis behind somebody else's server: neither started nor asked."""

    embedded: bool = False
    pid: None = None
    may_configure: bool = False

    def pids(self) -> list[int]:
        return []

    @property
    def admin_dsn(self) -> str:
        self._refuse()

    def dsn(self, database: str) -> str:  # noqa: ARG002 -- as servers have it
        self._refuse()

    def url(self, database: int = 0) -> str:  # noqa: ARG002
        self._refuse()

    async def empty(self, client: object) -> None:  # noqa: ARG002
        self._refuse()

    @staticmethod
    def _refuse() -> NoReturn:
        raise EnvironmentFailed(
            "A database was asked for in a run against somebody else's server, which has none of ours. Nothing was "
            "changed. This is a fault of chatbench; please report it."
        )
