"""Pictures: matplotlib figures as small inline SVG with a text for those who cannot see them."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "chatbench",
    "path.simplify": True,
    "path.simplify_threshold": 0.5,
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#9a9a94",
    "axes.labelcolor": "#55554f",
    "xtick.color": "#9a9a94",
    "ytick.color": "#9a9a94",
    "xtick.labelcolor": "#55554f",
    "ytick.labelcolor": "#55554f",
    "axes.grid": True,
    "grid.color": "#e8e7e1",
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.6,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


class Canvas:
    """One figure while it is drawn, its SVG afterwards."""

    def __init__(self, figure: Figure, axes: Axes) -> None:
        self.figure, self.axes = figure, axes
        self.svg = Markup()


@contextmanager
def draw(name: str, alternative: str, *, width: float = 5.2, height: float = 2.6) -> Iterator[Canvas]:
    """A canvas in the page's style; `name` keeps its element ids apart from those of other pictures on the page."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        canvas = Canvas(figure, figure.add_subplot())
        yield canvas
        canvas.svg = _inline(figure, re.sub(r"[^a-zA-Z0-9]+", "-", name), alternative)


def _inline(figure: Figure, prefix: str, alternative: str) -> Markup:
    target = io.StringIO()
    engine = figure.get_layout_engine()
    if engine:  # once, by itself: savefig would draw the whole figure a second time for it
        engine.execute(figure)
        figure.set_layout_engine("none")
    figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = target.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r' xmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = re.sub(r'(url\(|href=")#', rf"\1#{prefix}-", text)
    text = re.sub(r"(\d+\.\d\d)\d+", r"\1", text)
    text = re.sub(r"\s*\n\s*", "\n", text)
    view = re.search(r'viewBox="[^"]+"', text)
    opening = f'<svg class="picture" role="img" aria-label="{escape(alternative)}" {view.group() if view else ""}>'
    return Markup(opening + text[text.index(">") + 1 :].strip())  # noqa: S704 - matplotlib escapes its texts, we ours
