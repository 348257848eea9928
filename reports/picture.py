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
    text = _compact(target.getvalue(), prefix)
    view = re.search(r'viewBox="[^"]+"', text)
    opening = f'<svg class="picture" role="img" aria-label="{escape(alternative)}" {view.group() if view else ""}>'
    return Markup(opening + text[text.index(">") + 1 :].strip())  # noqa: S704 - matplotlib escapes its texts, we ours


def _compact(text: str, prefix: str) -> str:
    """What is drawn and no more: a page holds hundreds of these and is to stay small."""
    text = _BULK.sub("", text[text.index("<svg") :])
    text = re.sub(r"\s*\n\s*(?=<)|(?<=>)\s*\n\s*", "", text)
    text = re.sub(r"<[^>]+>", _compact_tag, text)
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', text))
    names = {name: f"{prefix}{number}" for number, name in enumerate(sorted(used))}
    text = re.sub(r' id="([^"]+)"', lambda found: f' id="{names[found[1]]}"' if found[1] in used else "", text)
    text = re.sub(r'(url\(|href=")#([^")]+)', lambda found: f"{found[1]}#{names[found[2]]}", text)
    return re.sub(r"<g></g>|(<g>)(?=<g></g></g>)", "", text)


def _compact_tag(found: re.Match[str]) -> str:
    """Shorter attributes; what a text says is left alone."""
    tag = found.group()
    for pattern, other in _SHORTER:
        tag = pattern.sub(other, tag)
    return tag


_BULK = re.compile(
    r'<metadata>.*?</metadata>|<!--.*?-->|<defs>\s*<style.*?</style>\s*</defs>|<path d="[^"]*" style="fill: none"/>',
    re.DOTALL,
)
#: In this order. Fonts, joins, grid and axes are the style sheet's.
_SHORTER = tuple(
    (re.compile(pattern), other)
    for pattern, other in (
        (r' xmlns(:\w+)?="[^"]*"', ""),
        (r"xlink:href", "href"),
        (r"(\d+\.\d)\d+", r"\1"),
        (r"\.0(?=\D)", ""),
        (r"\s*\n\s*", ""),
        (r"(?<=[ML]) ", ""),
        (r"(font: \d+px|font-family:|font:) [^;\"]*;? ?", lambda found: _font(found[1])),
        (r"font-size: 9px; ?", ""),
        (r"; stroke-linecap: (?:square|butt)|; stroke-linejoin: (?:miter|round)", ""),
        (r' transform="rotate\(-0 [^"]*"', ""),
        (r'( clip-path="[^"]*")? style="fill: none; stroke: #e8e7e1; stroke-width: 0.[78]"', ' class="g"'),
        (r'style="(?:fill: (?:none|#9a9a94); )?stroke: #9a9a94; stroke-width: 0.8"', 'class="a"'),
        (r'style="text-anchor: middle; fill: #55554f"', 'class="m"'),
        (r'style="text-anchor: end; fill: #55554f"', 'class="e"'),
        (r"; stroke-dashoffset: 0", ""),
        (r"(?<=[a-z]): ", ":"),
        (r"; (?=[a-z-]+:)", ";"),
        (r' style=""', ""),
    )
)


def _font(found: str) -> str:
    """Only another size than the usual one is kept."""
    pixels = re.search(r"\d+px", found)
    return f"font-size: {pixels.group()}; " if pixels and pixels.group() != "9px" else ""
