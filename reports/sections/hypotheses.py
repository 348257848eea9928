"""Hypotheses: claims and what the run answers."""

import pandas as pd

from reports.section import Section
from reports.stored_run import StoredRun
from reports.tables import table


def build(run: StoredRun) -> Section | None:
    hypotheses = run.summary.get("hypotheses") or []
    if not hypotheses:
        return None
    frame = pd.DataFrame(
        [{"claim": h["claim"], "answer": h["answer"], "why": h["why"], "source": h.get("source")} for h in hypotheses]
    )
    return Section(
        anchor="hypotheses", title="Hypotheses", body=table(frame, "Each claim and the verdicts it concerns")
    )
