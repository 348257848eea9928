"""Replica and shards: how stale reads were, what senders missed of their own, and what one host cannot say."""

import pandas as pd

from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import amount, duration, percent, size


def build(run: StoredRun) -> Section | None:
    replicas = run.summary.get("replicas") or []
    shards = sorted({t["topology"]["shards"] for t in run.trials if (t.get("topology") or {}).get("shards")})
    if not replicas and not shards:
        return None
    body = fill(
        "sections/replica.html.j2",
        verdicts=[_verdict(one) for one in replicas if one["looks"]],
        counts=table(pd.DataFrame(map(_row, replicas)), _CAPTION) if replicas else None,
        has_replica=any(one["lag_samples"] for one in replicas),
        shards=", ".join(str(number) for number in shards),
    )
    return Section(anchor="replica", title="Replica and shards", body=body)


_CAPTION = (
    "A look is a page read right after a send was answered; a miss is a page without that message. Lag: what the "
    "primary has on disk until the replica shows it, sampled in the window"
)


def _row(one: Json) -> dict[str, str]:
    return {
        "scenario": f"{one['scenario']} on {one['target']}",
        "lane": one["lane"],
        "looks": amount(one["looks"]),
        "misses": amount(one["misses"]),
        "shown after, p50": duration(one["shown_after_p50_us"]),
        "shown after, p99": duration(one["shown_after_p99_us"]),
        "never shown": amount(one["never"]),
        "lag, p50": duration(one["lag_p50_us"]),
        "lag, longest": duration(one["lag_max_us"]),
        "most behind": size(one["behind_max_bytes"]),
    }


def _verdict(one: Json) -> str:
    if not one["misses"]:
        return f"{one['lane']}: every one of {one['looks']:,} senders saw the own message at once."
    share = percent(one["misses"] / one["looks"])
    return (
        f"{one['lane']}: {one['misses']:,} of {one['looks']:,} senders ({share}) did not see the own message at once."
    )
