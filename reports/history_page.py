"""The page of a history: each series as a picture, with the runs at which it changed."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from markupsafe import Markup
from matplotlib.ticker import FuncFormatter, MaxNLocator

from harness.history.series import Series
from harness.history.telling import lines_of
from reports.fitting import fitted
from reports.palette import style_sheet, switchable
from reports.picture import draw
from reports.section import Section, fill
from reports.wording import value

_LINE, _CHANGE = "#0072b2", "#d55e00"
_FOOTER = (
    "A point is the median of a run's rounds. A change is where the level before and after differ by more than chance "
    "gives among all series of the metric, and by more than the minimum effect."
)


def history_page(every: Sequence[Series], *, name: str) -> str:
    """The whole page; a section a metric."""
    sections = [_section(metric, [s for s in every if s.metric == metric]) for metric in _metrics(every)]
    changed = [series for series in every if series.changes and not series.is_past]
    lead = f"{len(changed)} of {sum(not series.is_past for series in every)} current series changed."
    runs = len({entry.run_id for series in every for entry in series.entries})
    head = {
        "style": style_sheet(),
        "question": "What changed over time?",
        "name": "history",
        "run_id": name,
        "created_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "conclusion": {"lead": lead, "detail": "", "warnings": []},
        "facts": [("runs", str(runs)), ("series", str(len(every)))],
        "footer": _FOOTER,
    }
    shown = sections or [Section(anchor="empty", title="No runs yet", body=Markup("<p>Nothing was added.</p>"))]
    return fitted(
        lambda fitting, left_out: fill("page.html.j2", **head, sections=fitting, terms=[], left_out=left_out), shown
    )


def _metrics(every: Iterable[Series]) -> list[str]:
    return list(dict.fromkeys(series.metric for series in every))


def _section(metric: str, every: Sequence[Series]) -> Section:
    parts = [
        Markup("<h3>{}</h3>{}<ul>{}</ul>").format(
            series.name, _picture(series), Markup().join(Markup("<li>{}</li>").format(line) for line in _told(series))
        )
        for series in every
    ]
    return Section(anchor=metric, title=metric.replace("_", " "), body=switchable(Markup().join(parts)))


def _told(series: Series) -> list[str]:
    """Without the sparkline, which the picture is."""
    first, *rest = lines_of([series], width=1)
    return [first.partition(": ")[2], *(line.strip() for line in rest)]


def _picture(series: Series) -> Markup:
    with draw(f"{series.name}-{series.fingerprint}", f"{series.name} over its runs", height=1.7) as canvas:
        axes = canvas.axes
        axes.plot(range(1, len(series.values) + 1), series.values, color=_LINE, marker=".", markersize=4)
        for change in series.changes:
            axes.axvline(change.index + 0.5, color=_CHANGE, linewidth=1.2)
        axes.set_ylim(bottom=0, top=(max(series.values) or 1) * 1.1)
        axes.set_xlim(0.5, len(series.values) + 0.5)  # one run alone would have parts of a run beside it
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: value(y, series.unit)))
        axes.set_xlabel("run")
    return canvas.svg
