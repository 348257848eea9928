"""Words explained on the page, its colours, and what it says of runs without a compared load."""

import re
import tomllib
from pathlib import Path

from markupsafe import Markup

from harness.typed_command import typed_command
from reports.conclusion import conclude
from reports.glossary import EXPLAINED, SOURCES, Explainer, glossary, term_of
from reports.lane_style import CANDIDATE_COLOURS, lane_styles
from reports.palette import DARK, switchable
from reports.picture import draw
from reports.series_picture import medians_by_second
from reports.stored_run import StoredRun
from tests.unit.synthetic_run import histogram, manifest

ROOT = Path(__file__).resolve().parents[2]


def test_the_glossary_is_the_documentations_own_and_packaged_with_the_program():
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert built["force-include"] == {"docs/glossary.md": "reports/glossary.md"}
    assert SOURCES[1] == ROOT / "docs" / "glossary.md"
    assert SOURCES[0] == ROOT / "reports" / "glossary.md"
    assert not SOURCES[0].exists(), "a copy in the repository would drift from docs/glossary.md"


def test_every_explained_word_is_in_the_glossary():
    assert all(term_of(word).text for word in EXPLAINED)


def test_an_explanation_holds_no_markup_of_the_documentation():
    assert not [term.name for term in glossary().values() if re.search(r"[`*\]]|\.md", term.text)]


def test_a_word_is_explained_once_in_a_section_and_only_in_running_text():
    html = Markup('<h2>Noise floor</h2><p>The noise floor and a <a href="#x">noise floor</a>, noise floor.</p>')
    told = Explainer().explain(html)
    assert told.startswith("<h2>Noise floor</h2><p>The <button")
    assert told.count("<button") == 1
    assert re.sub(r"</?button[^>]*>", "", told) == html


def test_parts_of_longer_words_are_left_alone():
    html = Markup("<p>WALrus, A/As, pre-window, windows</p>")
    assert Explainer().explain(html) == html


def test_words_that_were_explained_are_those_that_the_pages_glossary_lists():
    explainer = Explainer()
    explainer.explain(Markup("<p>WAL</p>"))
    explainer.explain(Markup("<p>WAL and rounds</p>"))
    assert sorted(term.name for term in explainer.used.values()) == ["Round", "WAL"]


def test_every_colour_of_a_picture_has_one_for_dark_paper():
    with draw("colours", "all lanes") as canvas:
        for colour in CANDIDATE_COLOURS:
            canvas.axes.plot([1, 2], [1, 2], color=colour)
    switched = switchable(canvas.svg)
    assert not re.search(r"(?:fill|stroke)[:=]\"?#", switched)
    assert all(f"var(--c{colour[1:]})" in switched for colour in CANDIDATE_COLOURS)


def test_lanes_have_colours_that_dark_paper_knows():
    lanes = ["b", "b:again", *"cdefghi"]
    assert {style.colour for style in lane_styles(lanes, "b").values()} <= set(DARK)


def contrast(one, other):
    """WCAG 2.2's contrast ratio."""

    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_lanes_stand_out_from_paper_by_three_to_one_in_light_and_dark():
    for style in lane_styles(["b", "b:again", *"cdefghi"], "b").values():
        assert contrast(style.colour, "#fdfdfb") >= 3
        assert contrast(DARK[style.colour], "#191917") >= 3


def test_pictures_keep_what_their_texts_say():
    with draw("texts", "alternative") as canvas:
        canvas.axes.set_xlabel("1.256 ms: or; so")
    assert ">1.256 ms: or; so</text>" in canvas.svg


def bare_run(**parts):
    described = manifest(scenarios=[], candidates=["spec"])
    summary = {
        "findings": [],
        "trials": [],
        "voided": [],
        "warnings": [],
        "recommendation": None,
        "weighed": [],
        "experiment": described["experiment"],
        "variants": {},
        "lanes": ["baseline", "baseline:again", "spec"],
    }
    return StoredRun(manifest=described, summary=summary | parts, trials=[], sweeps=parts.get("sweeps", ()))


def swept(lane, *points):
    made = [{"operation": "older_page", "size": size, "blocks_per_call": blocks} for size, blocks in points]
    return {"sweep": "page_depth", "axis": "messages before the page", "lane": lane, "points": made}


def test_a_run_of_sweeps_alone_says_what_the_largest_size_costs():
    sweeps = [swept("baseline", (0, 10.0), (5000, 320.0)), swept("spec", (0, 8.0), (5000, 11.0), (9000, 12.0))]
    told = conclude(bare_run(sweeps=sweeps)).lead
    assert told.startswith("Counted, not judged: page depth on baseline and spec.")
    assert "At 5,000 messages before the page, blocks per call of older page: 320 on baseline and 11 on spec." in told


def test_sweeps_that_hardly_differ_are_told_so():
    sweeps = [swept("baseline", (0, 10.0), (5000, 19.0)), swept("spec", (0, 8.0), (5000, 18.0))]
    assert "as many blocks as each other, within 10 %" in conclude(bare_run(sweeps=sweeps)).lead


def test_a_run_of_maintenance_alone_names_the_longest_job_and_failures():
    entries = [
        {"variant": "baseline", "job": "vacuum", "duration_s": 0.5, "failed": None},
        {"variant": "spec", "job": "dump_and_restore", "duration_s": 3.25, "failed": None},
        {"variant": "spec", "job": "redis_aof", "duration_s": None, "failed": "no fork"},
    ]
    told = conclude(bare_run(maintenance=entries)).lead
    assert "Maintenance was done on baseline and spec" in told
    assert "dump and restore on spec, 3.25 s" in told
    assert "Failed: redis aof on spec." in told


def test_the_typed_command_is_kept_without_addresses_that_may_hold_passwords():
    words = ["/bin/chatbench", "compare", "a b", "--postgres", "postgresql://u:secret@h/d", "--redis=redis://:secret@h"]
    assert typed_command(words) == "chatbench compare 'a b' --postgres … --redis=…"
    assert typed_command(["pytest", "-q"]) is None


def test_what_was_answered_after_the_window_is_no_second_of_it():
    seconds = [(0, 1_000), (1, 1_000), (2, 9_000), (3, 90_000)]
    trial = {
        "load": {"window_s": 2.5},
        "seconds": [
            {"second": second, "operations": {"send": {"response": histogram([us] * 9), "count": 9}}}
            for second, us in seconds
        ],
    }
    assert list(medians_by_second([trial], "send")) == [0, 1, 2]
