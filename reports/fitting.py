"""Fitting: a page stays under its limit; what is left out for that is named on it, with where it can be found."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from reports.section import Section, fill

#: A page is mailed, attached to tickets and opened on phones.
MOST_BYTES = 3_000_000
#: Sections whose pictures go last, the dearest at the end.
_DEAR = ("capacity", "price", "differences", "latency")
#: Sections that stay as they are, but for raw data and interval pictures.
_KEPT = ("verdicts", "hypotheses", "environment", "reproduce", "unlike")
_RAW = re.compile(r'<a download="(?P<name>[^"]+)" href="data:[^"]*">[^<]*</a>')
_PICTURE = re.compile(r'<svg class="picture".*?</svg>', re.DOTALL)
_INTERVAL = re.compile(r'<svg class="interval.*?</svg>', re.DOTALL)

Render = Callable[[Sequence[Section], Sequence[str]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """One thing that can be left out."""

    anchor: str
    #: What, for the note.
    what: str
    body: Callable[[Markup], Markup]


def fitted(render: Render, sections: Sequence[Section]) -> str:
    """The page with as much as fits: raw data go first, then pictures, then whole tables; verdicts never.

    `render` makes the page of sections and of notes about what was left out.
    """
    notes: list[str] = []
    page = render(sections, notes)
    for cut in _cuts(sections):
        if len(page.encode()) <= MOST_BYTES:
            break
        at = next(place for place, section in enumerate(sections) if section.anchor == cut.anchor)
        notes.append(f"{sections[at].title}: {cut.what}")
        sections = [*sections[:at], _without(sections[at], cut), *sections[at + 1 :]]
        page = render(sections, notes)
    return page


def _without(section: Section, cut: _Cut) -> Section:
    note = fill("left_out.html.j2", what=cut.what, most_bytes=MOST_BYTES)
    return replace(section, body=note + cut.body(section.body))


def _cuts(sections: Sequence[Section]) -> Iterator[_Cut]:
    """In the order in which they are made."""
    for section in sections:
        if raw := [found["name"] for found in _RAW.finditer(section.body)]:
            yield _Cut(anchor=section.anchor, what=f"the files {' and '.join(raw)}", body=_remover(_RAW, r"\g<name>"))
    for section in sorted(sections, key=_worth):
        if count := len(_PICTURE.findall(section.body)):
            yield _Cut(anchor=section.anchor, what=f"{count} pictures", body=_remover(_PICTURE, ""))
    for section in sorted(sections, key=lambda section: -len(section.body)):
        if section.anchor not in _KEPT:
            yield _Cut(anchor=section.anchor, what="all of its tables", body=lambda _: Markup())
    for section in sections:
        if count := len(_INTERVAL.findall(section.body)):
            yield _Cut(anchor=section.anchor, what=f"{count} interval pictures", body=_remover(_INTERVAL, ""))


def _worth(section: Section) -> tuple[int, int]:
    """Dear ones last; among the others the largest first, so that few are touched."""
    return (_DEAR.index(section.anchor) + 1 if section.anchor in _DEAR else 0, -len(section.body))


def _remover(pattern: re.Pattern[str], instead: str) -> Callable[[Markup], Markup]:
    return lambda body: Markup(pattern.sub(instead, body))  # noqa: S704 - the same HTML, less of it
