"""Reads by key family: how many found their key in this process; Redis itself counts all families together."""

#: Family → [found, not found], since the process began; an addition per read is all that it costs.
_COUNTS: dict[str, list[int]] = {"online": [0, 0], "unread:total": [0, 0], "unread:conv": [0, 0], "last_msg": [0, 0]}


def note(family: str, *, found: bool) -> None:
    """One read."""
    _COUNTS[family][not found] += 1


def note_key(key: str, *, found: bool) -> None:
    """One read of a key of unread:total or unread:conv."""
    note(key[: key.index(":", 7)], found=found)


def counts() -> dict[str, dict[str, int]]:
    """Family → hits and misses so far."""
    return {family: {"hits": hits, "misses": misses} for family, (hits, misses) in _COUNTS.items()}
