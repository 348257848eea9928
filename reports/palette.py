"""Palette: each colour of a picture with its counterpart on dark paper; the page switches between them by itself."""

import re

from markupsafe import Markup

from reports.section import TEMPLATES

#: Light paper → dark paper. Lane colours are Okabe and Ito's (jfly.uni-koeln.de/color), lightened for dark paper.
DARK = {
    "#0072b2": "#5ab4f0",
    "#d55e00": "#ff9142",
    "#00805d": "#3ccfa5",
    "#a5437f": "#e58fc4",
    "#8a6d00": "#dfbf45",
    "#3c8dc4": "#a3d3f5",
    "#7a4a1d": "#d09a68",
    "#222222": "#f3f2ec",
    "#8c8c8c": "#a3a29b",
    "#9a9a94": "#77766f",
    "#55554f": "#bdbcb3",
    "#e8e7e1": "#34332f",
}
_PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_COLOUR = re.compile(r"((?:fill|stroke)(?:: ?|=\"))(#[0-9a-f]{6})")


def rules() -> str:
    """The style sheet's definitions; print stays light."""
    light = "".join(f"--c{colour[1:]}:{colour};" for colour in DARK)
    dark = "".join(f"--c{colour[1:]}:{other};" for colour, other in DARK.items())
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def style_sheet() -> Markup:
    """The page's whole style."""
    return Markup(rules() + (TEMPLATES / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - our own files


def switchable(html: Markup) -> Markup:
    """The HTML with every known colour of its pictures as one of these definitions."""
    return Markup(_PICTURE.sub(lambda picture: _COLOUR.sub(_variable, picture.group()), html))  # noqa: S704 - the same HTML


def _variable(found: re.Match[str]) -> str:
    before, colour = found.groups()
    return f"{before}var(--c{colour[1:]})" if colour in DARK else found.group()
