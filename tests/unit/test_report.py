"""The page that a run becomes."""

import base64
import gzip
import html
import json
import re
import tomllib
from html.parser import HTMLParser

import pytest

from harness.judging.summary import summarise
from harness.run_folder import RunFolder
from reports import wording
from reports.conclusion import conclude
from reports.files import write_files
from reports.page import page_of
from reports.sections import deliveries, hypotheses, verdicts
from reports.stored_run import StoredRun
from tests.unit.synthetic_run import CANDIDATES, OPERATIONS, manifest, trial, trials, write_run

VOID_ELEMENTS = {"meta", "link", "br", "img", "input", "hr"}


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.unbalanced, self.ids, self.pictures, self.tags = [], [], [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        if tag == "svg":
            self.pictures.append(dict(attrs))
        if tag not in VOID_ELEMENTS:
            self.open.append(tag)

    def handle_startendtag(self, tag, _attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            self.unbalanced.append(tag)


def run_of(description, made):
    return StoredRun(manifest=description, summary=summarise(description, made), trials=made)


def first_screen(page):
    return page[: page.index("<nav")]


def concluded(description, made):
    """What the first screen says, without drawing a page."""
    found = conclude(run_of(description, made))
    return "\n".join([found.lead, found.detail, *found.warnings])


@pytest.fixture(scope="module")
def page():
    return page_of(run_of(manifest(), trials()))


@pytest.fixture(scope="module")
def read(page):
    reader = Reader()
    reader.feed(page)
    return reader


def test_the_page_needs_no_network_and_no_script(page, read):
    assert not re.search(r"(src|href)=\"?(https?:)?//", page)
    assert not re.search(r"@import|url\((?!#)", page)
    assert "http://" not in page
    assert not read.tags & {"script", "link", "img", "iframe"}


def test_the_page_is_well_formed_and_every_id_is_there_once(read):
    assert read.unbalanced == []
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))


def test_every_table_has_a_caption_and_says_what_its_header_cells_head(page):
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    assert len(tables) > 20
    assert all("<caption>" in table for table in tables)
    assert not re.search(r"<th(?![a-z])(?![^>]*scope=)", page)


def test_landmarks_are_there_once_and_every_section_is_named_by_its_heading(page):
    for landmark in ("<header>", '<nav aria-label="Contents">', "<main>", "<footer>"):
        assert page.count(landmark) == 1
    sections = re.findall(r'<section id="(\w+)" aria-labelledby="(\w+-title)">', page)
    assert len(sections) == page.count("<section")
    assert all(labelled == f"{anchor}-title" for anchor, labelled in sections)
    assert re.findall(r'<h2 id="(\w+-title)">', page) == [labelled for _, labelled in sections]


def test_every_section_but_verdicts_and_hypotheses_folds(page):
    folded = re.findall(
        r'<details class="fold"><summary><h2 id="(\w+)-title">.*?</summary>\s*<section id="(\w+)"', page
    )
    assert all(heading == anchor for heading, anchor in folded)
    sections = re.findall(r'<section id="(\w+)"', page)
    assert [anchor for anchor in sections if anchor not in ("verdicts", "hypotheses")] == [one for one, _ in folded]


def test_the_contents_lead_to_every_section_and_the_first_link_skips_to_the_verdicts(page):
    contents = re.search(r"<nav.*?</nav>", page, re.DOTALL).group()
    assert re.findall(r'href="#(\w+)"', contents) == re.findall(r'<section id="(\w+)"', page)
    assert '<body>\n<a class="skip" href="#verdicts">' in page


def test_every_explained_word_has_its_note_and_its_entry(page):
    notes = set(re.findall(r'popovertarget="([\w-]+)"', page))
    assert notes
    assert all(f'popover id="{note}"' in page and f'<div id="{note.removesuffix("-note")}"' in page for note in notes)


def test_the_pages_data_can_be_saved_from_it(page):
    files = dict(re.findall(r'<a download="([\w.]+)" href="data:[\w/]+;base64,([^"]+)"', page))
    assert base64.b64decode(files["findings.csv"]).startswith(b"scenario,target,operation,metric")
    summary = json.loads(gzip.decompress(base64.b64decode(files["summary.json.gz"])))
    assert summary["recommendation"]["take"] == "lean"


def test_every_colour_of_the_pages_pictures_can_turn_dark(page):
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert not [c for p in pictures for c in re.findall(r'(?:fill|stroke)[:=] ?"?(#[0-9a-f]{6})', p)]
    assert "prefers-color-scheme: dark" in page


def test_every_picture_has_a_text_for_those_who_cannot_see_it(read):
    assert len(read.pictures) > 30
    assert all(picture.get("role") == "img" and picture.get("aria-label") for picture in read.pictures)


def test_the_first_screen_asks_the_question_and_names_the_plainly_worse_candidate(page):
    top = first_screen(page)
    assert "Do the spec&#39;s indexes serve" in top
    assert "Take lean instead of baseline: under this run&#39;s mix of 85.2 % reads and 14.8 % writes" in top
    assert "no_page_index is plainly worse: older page (×9." in top
    assert "spec is better at older page" in top
    assert "0 of 31" in top


def test_a_small_gain_does_not_hide_a_large_loss():
    made = trials()
    for one in made:
        if one["lane"] == "no_page_index":
            one["operations"]["conversation_list"] = trial("lean", round_number=one["round"], scale=0.6)["operations"][
                "conversation_list"
            ]
    top = concluded(manifest(), made)
    assert re.search(r"no_page_index is plainly worse: older page .*, though better at conversation list", top)


def test_the_verdict_table_comes_before_every_other_section(page):
    assert re.findall(r'<section id="(\w+)"', page)[0] == "verdicts"


def test_every_operation_stands_in_the_verdict_table_with_word_and_shape(page):
    table = page[page.index('<section id="verdicts"') : page.index('<section id="latency"')]
    for operation in OPERATIONS:
        assert f'<th scope="row">{operation.replace("_", " ")}</th>' in table
    assert re.search(r"▲</b> worse", table)
    assert re.search(r"▼</b> better", table)


def test_indexes_that_nothing_scanned_are_named(page):
    assert "<code>idx_messages_sender</code>" in page
    assert "<code>messages_pkey</code>" not in page


def test_index_sizes_and_scans_stand_side_by_side_by_variant(page):
    part = page[page.index('<section id="sizes"') : page.index('<section id="deliveries"')]
    assert "messages: messages_pkey" in part
    assert "40.0 MB, 5,400" in part


def test_fanout_deliveries_are_counted(page):
    part = page[page.index('<section id="deliveries"') : page.index('<section id="trials"')]
    assert "1,200" in part
    assert "duplicated" in part


def test_void_trials_stand_in_the_page_with_their_reasons(tmp_path):
    (written,) = write_files(write_run(tmp_path / "run", voided="send lag p99 250 ms"), ["html"], [])
    content = written.read_text()
    assert written.name == "report.html"
    assert "1 of 31 trials is void" in first_screen(content)
    assert content.count("send lag p99 250 ms") == 1
    assert len(content) < 1_500_000


def test_a_run_that_was_killed_is_reported_from_its_trials(tmp_path):
    folder = RunFolder.create(tmp_path / "run")
    folder.write_manifest(manifest() | {"status": "running"})
    for one in trials()[:20]:
        folder.append_trial(one)
    (written,) = write_files(folder.path, ["html"], [])
    content = written.read_text()
    assert "The run has not finished: it speaks of the trials that ended" in content
    assert "no_page_index is plainly worse" in content


def test_a_cell_of_a_lane_that_has_had_no_turn_says_so():
    made = [one for one in trials()[:-1] if one["round"] == 1 and one["lane"] != "spec"]
    told = verdicts.build(run_of(manifest(), made)).body
    assert told.count('<span class="bounds">not measured yet in spec</span>') == len(OPERATIONS)


def test_sentences_name_a_few_of_many_candidates_and_count_the_others():
    spec = [one for one in trials() if one["lane"] == "spec"]
    many = [f"like_spec_{number}" for number in range(8)]
    described = manifest(candidates=[*CANDIDATES, *many], question="")
    described["lanes"] += many
    made = trials() + [one | {"lane": name, "variant": name} for name in many for one in spec]
    found = conclude(run_of(described, made))
    for sentence in (found.lead, *found.detail.split(". ")):
        assert sum(name in sentence for name in many) <= 4
    assert "no_page_index is plainly worse" in found.detail
    assert re.search(r"7 more are better at some operation", found.detail)


@pytest.mark.parametrize("made", [[], [trial("baseline")], [trial("baseline", void="late")]])
def test_a_run_with_nothing_to_compare_says_so(made):
    assert "Nothing was compared" in page_of(run_of(manifest(), made))


def test_somebody_elses_server_is_called_by_its_address_and_no_variants_promise_is_put_on_it():
    described = manifest(candidates=[], question="")
    address = "http://chat.example:8000"
    described["experiment"]["scenarios"] = [
        one | {"target": address, "compare": False} for one in described["experiment"]["scenarios"][:1]
    ]
    described["variants"] = {"baseline": {"summary": "Somebody else's server.", "known_gaps": None}}
    content = page_of(run_of(described, [trial("baseline") | {"target": address}]))
    assert f"How does the server at {address} answer?" in content
    assert "nothing</td>" not in content.split('id="environment"')[1]


def test_a_failed_again_lane_is_said_on_the_first_screen():
    made = trials()
    for one in made:
        if one["lane"] == "baseline:again":
            one["operations"]["send"] = trial("lean")["operations"]["older_page"]
    assert "The baseline differs from itself at send" in concluded(manifest(), made)


def test_what_a_limited_server_keeps_back_is_said_on_the_first_screen_and_is_no_rounds_oddity():
    described = manifest()
    before = concluded(described, trials())
    described["environment"]["postgres"]["limits"] = [
        "pg_stat_statements: not loaded, so blocks of single operations are missing. Load it.",
        "CHECKPOINT: not allowed, so a checkpoint may fall into a window. Grant it.",
    ]
    after = concluded(described, trials())
    assert "Your PostgreSQL keeps back pg_stat_statements and CHECKPOINT; Environment says" in after
    assert re.findall(r"\d+ things? stood out", after) == re.findall(r"\d+ things? stood out", before)
    rounds = page_of(run_of(described, trials())).split('id="rounds"')[1].split("</section>")[0]
    assert "pg_stat_statements: not loaded" not in rounds


def test_what_comes_from_elsewhere_is_escaped():
    evil = "<script>alert(1)</script>"
    described = manifest(question=evil)
    described["environment"]["note"] = evil
    described["variants"]["spec"]["summary"] = evil
    made = [one | {"void": evil} if n == 2 else one for n, one in enumerate(trials())]
    content = page_of(run_of(described, made))
    assert "<script" not in content
    assert content.count("&lt;script&gt;") >= 4


def test_the_experiment_can_be_copied_out_as_toml(page):
    texts = re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)
    content = tomllib.loads(html.unescape(texts[-1]))
    assert content["rounds"] == 6
    assert content["scenarios"][0]["rate"] == 400.0


def test_lost_and_duplicated_deliveries_are_named():
    made = trials()
    made[-1]["deliveries"] |= {"received": 1198, "lost": 3, "duplicated": 1}
    told = deliveries.build(run_of(manifest(), made))
    assert "3 deliveries never arrived and 1 arrived more than once" in told.body


def test_hypotheses_are_answered_with_the_figures_they_rest_on():
    claim = {"id": "h1", "claim": "The spec's page index is faster.", "operation": "older_page", "candidate": "spec"}
    told = hypotheses.build(run_of(manifest(hypotheses=[claim]), trials())).body
    assert "The spec&#39;s page index is faster." in told
    assert re.search(r"✓</span> supported", told)
    assert "spec ÷ baseline" in told
    assert "×0.66" in told
    assert "Claims without a direction rest on verdicts" in told


def test_of_claims_without_a_direction_nothing_is_said_where_there_are_none():
    claim = {"id": "h1", "claim": "It is faster.", "operation": "older_page", "candidate": "spec", "direction": "lower"}
    told = hypotheses.build(run_of(manifest(hypotheses=[claim]), trials())).body
    assert "The claim with a direction is answered at 5 % without correction." in told
    assert "Claims without a direction" not in told


def test_a_candidate_that_gives_less_is_labelled_in_table_and_first_screen():
    described = manifest()
    described["variants"]["lean"]["known_gaps"] = ["no foreign keys"]
    told = concluded(described, trials())
    assert "lean gives a different guarantee: no foreign keys." in told
    assert "Take lean instead of baseline, a different guarantee (no foreign keys):" in told
    assert "<small>different guarantee</small>" in verdicts.build(run_of(described, trials())).body


def test_what_the_baseline_gives_up_and_others_keep_is_said_once():
    described = manifest()
    for name in ("baseline", "lean"):
        described["variants"][name]["known_gaps"] = ["unique_pair"]
    told = concluded(described, trials())
    assert "baseline gives up what spec and no_page_index keep: unique_pair." in told
    assert "lean gives a different guarantee" not in told


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (wording.ratio(0.8), "×0.80"),
        (wording.ratio(42.31), "×42.3"),
        (wording.ratio(1e9), "×>10,000"),
        (wording.ratio(None), "–"),
        (wording.duration(433.2), "433 µs"),
        (wording.duration(2980), "2.98 ms"),
        (wording.duration(None), "–"),
        (wording.size(700_000_000), "700 MB"),
        (wording.amount(1_000_000), "1,000,000"),
        (wording.listed(["a", "b", "c"]), "a, b and c"),
        (wording.listed(["a", "b", "c", "d", "e"]), "a, b, c and 2 more"),
    ],
)
def test_numbers_are_worded_for_people(said, expected):
    assert said == expected


def test_the_first_screen_says_which_lane_is_disqualified_and_does_not_count_it():
    why = "no_page_index answers otherwise than baseline: older_pages"
    answers = {"hashes": {}, "disqualified": {"no_page_index": why}}
    top = concluded(manifest() | {"answers": answers}, trials())
    assert f"no_page_index is disqualified and not judged: {why}" in top
    assert "no_page_index is plainly worse" not in top
