"""Mixed factors: lanes that differ from the baseline in more than one, so that no difference is one factor's alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from reference_server.variant import factors_between, load_variant

#: A declared 2×2: two variants that are measured alone and together.
Design = tuple[str, str]


def design_lanes(baseline: str, designs: tuple[Design, ...]) -> Iterator[str]:
    """Each cell beside the baseline, once: baseline+a, baseline+b, baseline+a+b."""
    cells = [f"{baseline}+{part}" for a, b in designs for part in (a, b, f"{a}+{b}")]
    yield from dict.fromkeys(cells)


def mixed_lanes(baseline: str, candidates: tuple[str, ...], designs: tuple[Design, ...]) -> list[dict[str, Any]]:
    """Lanes that mix factors without a design that says so: for the manifest, each with the sentence to show."""
    declared = set(design_lanes(baseline, designs))
    apart = {lane: factors_between(load_variant(baseline), load_variant(lane)) for lane in candidates}
    return [
        {"lane": lane, "factors": list(factors), "text": _sentence(lane, baseline, factors)}
        for lane, factors in apart.items()
        if len(factors) > 1 and lane not in declared
    ]


def _sentence(lane: str, baseline: str, factors: tuple[str, ...]) -> str:
    parent = load_variant(lane).extends
    instead = f" or {parent} as its baseline" if parent and parent != baseline else ""
    return (
        f"{lane} differs from {baseline} in {len(factors)} factors ({', '.join(factors)}), so a difference is not any "
        f"one's alone. For one factor take variants between them as lanes{instead}; for two together declare a design."
    )


def texts_of(manifest: Mapping[str, Any]) -> list[str]:
    """The stored sentences."""
    return [mixed["text"] for mixed in manifest.get("mixed_factors", ())]
