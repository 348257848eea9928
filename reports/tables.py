"""Tables: pandas frames as escaped HTML that scrolls sideways on a phone."""

import pandas as pd
from markupsafe import Markup


def table(frame: pd.DataFrame, caption: str) -> Markup:
    """The frame without its index; numbers are texts already."""
    html = frame.to_html(index=False, border=0, escape=True, classes="plain", na_rep="–", justify="left")
    html = html.replace("<th>", '<th scope="col">').replace(' style="text-align: left;"', "")
    opening = Markup('<div class="scroll">') + Markup(html)  # noqa: S704 - pandas escapes every cell
    return opening.replace(Markup("<thead>"), Markup("<caption>{}</caption><thead>").format(caption), 1) + Markup(
        "</div>"
    )
