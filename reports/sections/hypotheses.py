"""Hypotheses: claims, what the run answers, and why: the figures it rests on and what the database counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import MISSING, ratio, spoken, value

SHAPES = {"supported": "✓", "refuted": "✗", "unresolved": "?"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One hypothesis on the page."""

    told: Json
    shape: str
    #: The answer when all claims with a direction are corrected as one family; None where it is the same.
    corrected: str | None
    #: The findings behind the answer; None where there are none.
    figures: Markup | None


def build(run: StoredRun) -> Section | None:
    hypotheses = run.summary.get("hypotheses") or []
    if not hypotheses:
        return None
    claims = [
        Claim(
            told=h,
            shape=SHAPES[h["answer"]],
            corrected=None if (after := h.get("answer_corrected")) == h["answer"] else after,
            figures=_figures(h.get("findings") or []),
        )
        for h in hypotheses
    ]
    counts = {answer: sum(h["answer"] == answer for h in hypotheses) for answer in SHAPES}
    body = fill(
        "sections/hypotheses.html.j2",
        claims=claims,
        counts=counts,
        shapes=SHAPES,
        directed=sum(h.get("p_value") is not None for h in hypotheses),
        undirected=any(h.get("direction") is None for h in run.summary["experiment"].get("hypotheses") or ()),
    )
    return Section(anchor="hypotheses", title="Hypotheses", body=body)


def _figures(findings: Sequence[Json]) -> Markup | None:
    if not findings:
        return None
    rows = [
        {
            "operation": spoken(f["operation"]),
            "metric": spoken(f["metric"]),
            "lanes": f"{f['candidate']} ÷ {f['baseline']}",
            "values": f"{value(f['candidate_value'], f['unit'])} ÷ {value(f['baseline_value'], f['unit'])}",
            "ratio": ratio(f["ratio"]),
            "interval": f"{ratio(f['ratio_low'])} to {ratio(f['ratio_high'])}" if f["ratio"] is not None else MISSING,
            "verdict": f["verdict"],
        }
        for f in findings
    ]
    return table(pd.DataFrame(rows), "What the answer rests on")
