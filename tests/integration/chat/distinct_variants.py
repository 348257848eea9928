"""The variants whose use cases do something of their own: an index or a fillfactor changes no answer, so one stands for
all that differ in such things only."""

from reference_server.foreign import takes_writes
from reference_server.variant import Variant, load_variant, variants


def distinct_variants() -> list[str]:
    """Names, spec first."""
    found: dict[object, str] = {}
    for name in ("spec", *variants()):
        found.setdefault(_what_it_does(load_variant(name)), name)
    # these tests write; tests/integration/test_foreign_shards.py has those that take no writes
    return [name for name in found.values() if takes_writes(load_variant(name))]


def _what_it_does(variant: Variant) -> object:
    texts = [
        (kind, slot, sql.text)
        for kind in ("queries", "derived", "triggers")
        for slot, sql in getattr(variant, kind).items()
    ]
    return frozenset(texts), variant.identifiers, variant.fanout, variant.policy, variant.cache
