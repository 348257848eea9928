"""The vocabulary: every check, which is also the name of the gap that a variant declares when it gives it up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType

#: In the order of a verification's table; each is a file of checks/.
CHECKS = (
    "migration",
    "declared_indexes",
    "foreign_keys",
    "cascades",
    "media_round_trip",
    "page_index",
    "page_without_loss",
    "unique_pair",
    "ordered_pair",
    "unique_block",
    "no_self_block",
    "message_has_content",
    "unread_counts",
    "unread_without_redis",
    "read_times",
    "redis_of_deleted_user",
    "message_ids",
    "writes",
)
#: The comparison with the reference's answers; not a file of checks/, since it needs two variants.
EQUAL_ANSWERS = "equal_answers"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """What a variant says by declaring a gap."""

    #: The check that must fail.
    check: str
    #: Operations whose answers may then differ from the reference's.
    excuses: frozenset[str] = field(default_factory=frozenset)


_EXCUSES: Mapping[str, frozenset[str]] = {
    "page_without_loss": frozenset({"older_pages", "media_gallery"}),
    "unread_without_redis": frozenset({"unread_counts", "conversation_list", "mark_read"}),
    "read_times": frozenset({"read_times"}),
    "writes": frozenset({"mark_read", "send"}),
}
GAPS: Mapping[str, Gap] = {
    name: Gap(check=name, excuses=_EXCUSES.get(name, frozenset()))
    for name in CHECKS
    # a variant whose schema cannot be built, or is not what it declares, is broken rather than different
    if name not in ("migration", "declared_indexes")
}


def excused(gaps: tuple[str, ...]) -> frozenset[str]:
    """Operations that may answer differently with these gaps."""
    return frozenset().union(*(GAPS[gap].excuses for gap in gaps if gap in GAPS))


def module_of(check: str) -> ModuleType:
    return import_module(f"harness.verify.checks.{check}")


def promise_of(check: str) -> str:
    """The first line of the check's docstring."""
    return (module_of(check).__doc__ or "").split("\n", 1)[0]
