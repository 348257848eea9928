"""The glossary: words of docs/glossary.md, explained where the page uses them and once at its end."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

_HERE = Path(__file__).parent
#: Where an installed package has the file (pyproject.toml puts it there), and where the repository has it.
SOURCES = (_HERE / "glossary.md", _HERE.parent / "docs" / "glossary.md")
#: Words that a reader of the page may not know. Each is explained at its first use in a section.
EXPLAINED = (
    *("A/A", "noise floor", "minimum effect", "equivalent", "unresolved", "counterbalanced", "void", "stratum"),
    *("response time", "service time", "send lag", "loop lag", "intended start", "known gap", "snapshot"),
    *("HOT update", "WAL", "full-page image", "keyset page", "rounds", "primary metric", "window", "lane"),
)
_ENTRY = re.compile(r"^\*\*(?P<names>[^*]+)\*\* – (?P<text>.+?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)
_MARKUP = re.compile(r"\[([^\]]+)\]\([^)]*\)|[`*]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word of the glossary."""

    name: str
    text: str

    @property
    def anchor(self) -> str:
        return "term-" + re.sub(r"[^a-z0-9]+", "-", self.name.lower())


@cache
def glossary() -> Mapping[str, Term]:
    """By lower-case name; several names may share a text."""
    source = next(path for path in SOURCES if path.exists())
    return {term.name.lower(): term for term in _terms(source.read_text(encoding="utf-8"))}


def _terms(text: str) -> Iterator[Term]:
    for entry in _ENTRY.finditer(text):
        told = _MARKUP.sub(lambda found: found.group(1) or "", " ".join(entry["text"].split()))
        for name in entry["names"].split(","):
            yield Term(name=name.strip(), text=told)


def term_of(word: str) -> Term:
    """The entry of a word or of its singular."""
    known = glossary()
    return known.get(word.lower()) or known[word.lower().removesuffix("s")]


class Explainer:
    """Puts an explanation on words of one page, and knows which it has explained."""

    def __init__(self) -> None:
        self.used: dict[str, Term] = {}

    def explain(self, html: Markup) -> Markup:
        """One section's HTML with each word explained where it first stands in running text."""
        left = {word.lower() for word in EXPLAINED}
        parts = re.split(r"(<[^>]+>)", html)
        depth: list[str] = []
        for place, part in enumerate(parts):
            if part.startswith("<"):
                _follow(depth, part)
            elif left and part.strip() and _is_running_text(depth):
                parts[place] = self._marked(part, left)
        return Markup("".join(parts))  # noqa: S704 - the same HTML, with our own escaped explanations

    def _marked(self, text: str, left: set[str]) -> str:
        def explained(found: re.Match[str]) -> str:
            word = found.group()
            if word.lower() not in left:
                return word
            left.discard(word.lower())
            term = term_of(word)
            self.used[term.anchor] = term
            return (
                f'<button type="button" class="term" popovertarget="{term.anchor}-note" '
                f'title="{escape(term.text)}">{word}</button>'
            )

        return _words().sub(explained, text)


@cache
def _words() -> re.Pattern[str]:
    longest_first = sorted(EXPLAINED, key=len, reverse=True)
    return re.compile(rf"(?<![\w:-])(?:{'|'.join(re.escape(word) for word in longest_first)})(?![\w-])", re.IGNORECASE)


_RUNNING = {"p", "li", "dt", "dd", "caption"}
_CLOSED_TO_US = {"a", "svg", "button", "summary", "code", "pre", "figcaption", "h2", "h3", "style"}
_VOID = {"br", "img", "hr", "input", "meta", "link"}


def _follow(depth: list[str], tag: str) -> None:
    name = re.match(r"</?([a-zA-Z0-9]+)", tag)
    if not name or tag.endswith("/>") or name.group(1) in _VOID:
        return
    if tag.startswith("</"):
        depth.pop()
    else:
        depth.append(name.group(1))


def _is_running_text(depth: list[str]) -> bool:
    return bool(_RUNNING & set(depth)) and not _CLOSED_TO_US & set(depth)
