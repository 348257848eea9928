"""Own SQL: the files beside a variant.toml, each in the place of the choice that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from reference_server.contracts import SLOTS_WITH_CONTRACTS
from reference_server.errors import BrokenVariant


class OwnSql(str):
    """A file's path as a choice: two variants that choose the same file choose the same."""

    __slots__ = ()

    @property
    def path(self) -> Path:
        return Path(self)


def own_sql(folder: Path, kinds: Sequence[str]) -> dict[str, dict[str, OwnSql]]:
    """Kind → slot → file of KIND/SLOT.sql below a folder. Raises BrokenVariant for a place that means nothing."""
    found: dict[str, dict[str, OwnSql]] = {}
    for path in sorted(folder.rglob("*.sql")):
        place = path.relative_to(folder)
        kind, slot = place.parts[0], str(Path(*place.parts[1:]).with_suffix("")) if len(place.parts) > 1 else ""
        if kind not in kinds or not slot:
            near = get_close_matches(kind, kinds, n=3) or list(kinds)
            raise BrokenVariant(
                path, "(place)", f"no kind of choice is called {kind!r}; expected a folder such as {', '.join(near)}."
            )
        if kind == "queries" and slot not in SLOTS_WITH_CONTRACTS:
            near = get_close_matches(slot, SLOTS_WITH_CONTRACTS, n=3) or list(SLOTS_WITH_CONTRACTS)
            raise BrokenVariant(
                path, "(place)", f"no use case asks {slot!r}; expected queries/ and one such as {', '.join(near)}."
            )
        found.setdefault(kind, {})[slot] = OwnSql(path)
    return found
