"""Redis by key family: keys, memory, and how often a read found its key."""

import pandas as pd

from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import amount, percent, size


def build(run: StoredRun) -> Section | None:
    families = run.summary.get("redis_families") or []
    if not families:
        return None
    body = fill(
        "sections/redis.html.j2",
        families=table(
            pd.DataFrame([_row(row) for row in families]), "Key families, after each variant's first valid window"
        ),
        uncounted=any(row["hits"] is None for row in families),
    )
    return Section(anchor="redis", title="Redis by key family", body=body)


def _row(row: Json) -> dict[str, str]:
    return {
        "variant": row["lane"],
        "family": row["family"],
        "keys": amount(row["keys"]),
        "memory": size(row["memory_bytes"]),
        "per key": size(row["bytes_per_key"]),
        "reads that found it": amount(row["hits"]),
        "that did not": amount(row["misses"]),
        "hit share": percent(row["hit_share"]),
    }
