"""`null`: answers everything at once, so that a run shows what the load generator itself can do."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from scenarios.protocol import OnDelivery


@dataclass(frozen=True, slots=True)
class EmptyPage:
    """No rows, nothing behind."""

    rows: tuple[Any, ...] = ()
    next: None = None


class NullClient:
    """Every operation is one turn of the event loop."""

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, EmptyPage]]:
        if name.startswith("_"):
            raise AttributeError(name)
        return _answer

    cursor, is_whole = None, True

    async def listen(self, user: Any, device: int, on_delivery: OnDelivery, after: str | None = None) -> "NullClient":  # noqa: ARG002 - no event comes
        return self

    async def close(self) -> None:
        """Nothing is open."""

    drop = close

    async def quiesce(self) -> dict[str, dict[str, int]]:
        return {}


async def _answer(*_: Any, **__: Any) -> EmptyPage:
    await asyncio.sleep(0)
    return EmptyPage()
