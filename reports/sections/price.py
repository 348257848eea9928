"""The price of each variant: building, space, writing, planning and reading in one table, and who is beaten in all."""

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from reports.lane_style import lane_styles
from reports.picture import draw
from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import amount, duration, listed, ratio, size


def build(run: StoredRun) -> Section | None:
    prices = run.summary.get("prices") or []
    if not prices:
        return None
    weighed = ("read_blocks_ratio", "wal_bytes_per_send", "bytes_per_million_messages")
    drawable = [row for row in prices if all(row[key] for key in weighed)]
    body = fill(
        "sections/price.html.j2",
        prices=table(pd.DataFrame([_row(row) for row in prices]), "The price of each variant"),
        picture=_picture(run, drawable) if len(drawable) > 1 else None,
        front=listed([row["lane"] for row in prices if row["on_front"]], most=99) if drawable else None,
        beaten=[row["lane"] for row in drawable if not row["on_front"]],
    )
    return Section(anchor="price", title="The price of a variant", body=body)


def _row(price: Json) -> dict[str, str]:
    return {
        "variant": price["lane"],
        "build": duration(price["build_s"] * 1e6 if price["build_s"] is not None else None),
        "per million messages": size(price["bytes_per_million_messages"]),
        "WAL per send": size(price["wal_bytes_per_send"]),
        "WAL per mark-read": size(price["wal_bytes_per_mark_read"]),
        "of it per message": size(price["wal_bytes_per_marked_message"]),
        "planning, newest page": _ms(price["planning_ms"]),
        "planning, deep page": _ms(price["deep_page_planning_ms"]),
        "blocks, newest page": amount(price["newest_page_blocks"]),
        "blocks, deep page": amount(price["deep_page_blocks"]),
        "read blocks": ratio(price["read_blocks_ratio"]),
        "insert p99": duration(price["insert_p99_us"]),
        "from": price["insert_p99_source"] or "–",
    }


def _ms(value: float | None) -> str:
    return duration(None if value is None else value * 1000)


def _picture(run: StoredRun, prices: Sequence[Json]) -> Markup:
    told = "; ".join(
        f"{row['lane']}: reads {ratio(row['read_blocks_ratio'])}, {size(row['wal_bytes_per_send'])} of WAL per send, "
        f"{size(row['bytes_per_million_messages'])} per million messages"
        for row in prices
    )
    styles = lane_styles(run.lanes, run.baseline)
    most = max(row["bytes_per_million_messages"] or 1 for row in prices)
    with draw("pareto", f"Read blocks against WAL per send. {told}", width=8, height=3.4) as canvas:
        axes = canvas.axes
        front = sorted((r for r in prices if r["on_front"]), key=lambda row: row["wal_bytes_per_send"])
        axes.plot(
            [row["wal_bytes_per_send"] for row in front],
            [row["read_blocks_ratio"] for row in front],
            color="#9a9a94",
            linewidth=1,
            linestyle=":",
            zorder=1,
        )
        for row in prices:
            x, y = row["wal_bytes_per_send"], row["read_blocks_ratio"]
            area = 260 * (row["bytes_per_million_messages"] or 0) / most
            colour = styles[row["lane"]].colour
            axes.scatter(
                [x], [y], s=area, color=colour if row["on_front"] else "none", edgecolors=colour, alpha=0.85, zorder=2
            )
            axes.annotate(row["lane"], (x, y), xytext=(0, 11), textcoords="offset points", ha="center", color="#55554f")
        axes.margins(x=0.14, y=0.22)
        if max(r["read_blocks_ratio"] for r in prices) > 4 * min(r["read_blocks_ratio"] for r in prices):
            axes.set_yscale("log")
        axes.set_xlabel("bytes of WAL per sent message")
        axes.set_ylabel("blocks per read ÷ baseline")
    return canvas.svg
