"""Every number that a reader sees on the page is one of the summary's, worded for people."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import reports
from harness.judging.fail_on import gate_of, hold
from harness.judging.summary import summarise
from reports import wording
from reports.formats.markdown import markdown
from reports.glossary import glossary
from reports.page import page_of
from reports.stored_run import StoredRun
from tests.unit.synthetic_run import manifest, trials

#: With its sign of a ratio and its unit; not part of a word, a name or a hash.
NUMBER = re.compile(r"(?<![\w.#])×?\d[\d,]*(?:\.\d+)?(?:\s?(?:µs|ms|s|B|kB|MB|GB|%)(?!\w))?(?![\w]|\.\d)")
WORDINGS = (
    wording.duration,
    lambda n: wording.duration(n * 1e3),
    lambda n: wording.duration(n * 1e6),
    wording.size,
    wording.ratio,
    wording.percent,
    lambda n: wording.noise(n) if 0 <= n < 20 else "",
    wording.amount,
    lambda n: f"{n:,}",
    *(lambda n, form=form: format(n, form) for form in (".1f", ".2f", ".3f", ".3g", ".4g")),
    *(lambda n, form=form: f"{format(100 * n, form)} %" for form in (".0f", ".1f", ".2f")),
    lambda n: f"{100 * n:g}",
)
RATIOS = ("ratio", "ratio_low", "ratio_high")
TEMPLATES = Path(reports.__file__).parent / "templates"


class Text(HTMLParser):
    """What is read or read aloud: texts, labels, explanations; not the ticks inside pictures."""

    def __init__(self):
        super().__init__()
        self.open, self.found = [], []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("aria-label", "title") and value]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"svg", "style"} & set(self.open):
            self.found.append(data)


def numbers_in(text):
    return {re.sub(r"\s|,$", "", token) for token in NUMBER.findall(text)}


def leaves(value):
    if isinstance(value, dict):
        yield from (leaf for key, part in value.items() for leaf in (key, *leaves(part)))
    elif isinstance(value, list | tuple):
        yield len(value)
        yield from (leaf for part in value for leaf in leaves(part))
    elif not isinstance(value, bool) and value is not None:
        yield value


def worded(number):
    for word in WORDINGS:
        for signed in (number, -number):
            yield from numbers_in(word(signed).replace("-", " "))


def known_numbers(summary):
    found = set()
    for leaf in leaves(summary):
        found |= numbers_in(leaf) if isinstance(leaf, str) else set(worded(leaf))
    return found


def said_by_templates():
    """Constants of prose, such as 95 %: numbers that stand in a template outside its expressions."""
    texts = [re.sub(r"\{[{%].*?[%}]\}", " ", path.read_text()) for path in TEMPLATES.rglob("*.j2")]
    return set().union(*(numbers_in(text) for text in texts))


@pytest.fixture(scope="module")
def run():
    claim = {"id": "h1", "claim": "Older pages gain.", "operation": "older_page", "candidate": "spec"}
    described = manifest(hypotheses=[claim])
    return StoredRun(manifest=described, summary=summarise(described, trials()), trials=trials())


@pytest.fixture(scope="module")
def known(run):
    return known_numbers(run.summary) | said_by_templates() | {"95%", "8kB"}


def test_every_number_on_the_page_is_found_in_the_summary(run, known):
    reader = Text()
    reader.feed(page_of(run))
    # the experiment is shown as a file; the glossary explains with numbers of its own
    text = " ".join(reader.found)
    unknown = numbers_in(text) - known - set().union(*(numbers_in(t) for t in glossary_texts()))
    assert not unknown, {token: around(text, token) for token in sorted(unknown)}


def glossary_texts():
    return [term.text for term in glossary().values()]


def around(text, token):
    at = next(found.start() for found in NUMBER.finditer(text) if token in numbers_in(found.group()))
    return text[max(0, at - 60) : at + 30]


def test_every_number_of_the_markdown_is_found_in_the_summary(run, known):
    checks = list(hold([gate_of("worse")], run.summary["findings"]))
    # a gate is told as a change, as it was typed: a ratio of 1.1 is +10 %
    changes = {f"{abs(f[key] - 1):.1%}" for f in run.summary["findings"] for key in RATIOS if f[key] is not None}
    assert numbers_in(markdown(run, checks)) <= known | changes
