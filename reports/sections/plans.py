"""Plans: each query in each stratum, the variants' plan trees next to each other, and what differs in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.wording import spoken

_READS_FIRST = ("newest_page", "older_page", "conversation_list", "media_gallery", "unread")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """One statement in one stratum over all variants."""

    title: str
    #: Each variant's custom and generic plan.
    plans: Sequence[Json]
    #: Those whose tree is drawn: the baseline's, and each that differs from it.
    trees: Sequence[Json]
    #: Whether any variant's plan has another shape than the baseline's.
    differs: bool


def build(run: StoredRun) -> Section | None:
    plans = run.summary.get("plans") or []
    if not plans:
        return None
    panes = [_pane(title, ones, run.baseline) for title, ones in _grouped(plans)]
    body = fill(
        "sections/plans.html.j2",
        differing=[pane for pane in panes if pane.differs],
        alike=[pane for pane in panes if not pane.differs],
        flips=run.summary.get("plan_flips") or {},
        lanes=len({plan["lane"] for plan in plans}),
    )
    return Section(anchor="plans", title="Plans", body=body)


def _grouped(plans: Sequence[Json]) -> list[tuple[str, list[Json]]]:
    groups: dict[tuple[str, str], list[Json]] = {}
    for plan in plans:
        groups.setdefault((plan["slot"], plan["stratum"]), []).append(plan)
    ordered = sorted(groups.items(), key=lambda item: _place(item[0][0]))
    return [(f"{spoken(slot).replace('/', ', ')} – {stratum}", ones) for (slot, stratum), ones in ordered]


def _place(slot: str) -> int:
    return next((n for n, name in enumerate(_READS_FIRST) if slot.startswith(name)), len(_READS_FIRST))


def _pane(title: str, plans: Sequence[Json], baseline: str) -> Pane:
    ours = {plan["mode"]: plan for plan in plans if plan["lane"] == baseline}
    trees, shown = [], set()
    for plan in sorted(plans, key=lambda p: (p["mode"], p["lane"] != baseline)):
        key = (plan["lane"], plan["hash"])
        if plan["lines"] and key not in shown and (plan["lane"] == baseline or _differs(plan, ours)):
            shown.add(key)
            trees.append(plan)
    return Pane(title=title, plans=plans, trees=trees, differs=any(_differs(plan, ours) for plan in plans))


def _differs(plan: Json, baseline: dict[str, Json]) -> bool:
    other = baseline.get(plan["mode"])
    return other is None or plan["hash"] != other["hash"] or bool(plan["differences"])
