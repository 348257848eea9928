"""Histories: a step is found where it is, noise is not, and unlike runs are no trend."""

from dataclasses import replace
from functools import cache

import numpy as np
import orjson
import pytest
import ruptures

from harness.history.changes import FEWEST, changes_of, split_of
from harness.history.entry import entry_from, entry_of
from harness.history.errors import HistoryError
from harness.history.gate import all_well, held_up
from harness.history.kept import add, read
from harness.history.series import ALPHA, series_of, with_changes
from harness.history.telling import as_dicts, lines_of, sparkline
from harness.run_folder import RunFolder
from reports.history_page import history_page
from tests.unit.synthetic_run import manifest, trials

EFFECT = 0.05


def noise(rng, count, *, level=100.0, spread=0.02):
    return level * rng.lognormal(0, spread, count)


def changes(values, *, alpha=ALPHA, effect=EFFECT):
    return changes_of(list(values), alpha=alpha, minimum_effect=effect)


@pytest.mark.parametrize("after", [3, 5, 20])
def test_a_step_of_ten_percent_is_found_at_its_run(after):
    found = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        series = [*noise(rng, 20), *noise(rng, after, level=110.0)]
        ones = changes(series, alpha=ALPHA / 20)
        assert len(ones) <= 1
        if ones and ones[0].index == 20:
            assert ones[0].ratio == pytest.approx(1.1, rel=0.05)
            found += 1
    assert found >= 27


def test_noise_is_no_change():
    """Fewer than alpha of the series, though each is looked at after each of its runs; and spikes are noise too."""
    for spread in (0.005, 0.05, 0.2):
        alarms = sum(
            bool(changes(noise(np.random.default_rng(seed), 40, spread=spread), effect=0.0)) for seed in range(120)
        )
        assert alarms <= 0.05 * 120
    spiked = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        series = noise(rng, 40)
        # two next to each other would be a level of two runs
        series[rng.choice(np.arange(0, 40, 3), 2, replace=False)] *= 1.5
        spiked += bool(changes(series))
    assert spiked <= 0.05 * 120


def test_a_fault_that_was_mended_is_two_changes():
    rng = np.random.default_rng(3)
    series = [*noise(rng, 15), *noise(rng, 5, level=125.0), *noise(rng, 15)]
    assert [one.index for one in changes(series)] == [15, 20]


def test_a_change_below_the_minimum_effect_is_none_however_sure():
    rng = np.random.default_rng(4)
    series = [*noise(rng, 30, spread=0.002), *noise(rng, 30, level=103.0, spread=0.002)]
    assert changes(series) == []
    assert [one.index for one in changes(series, effect=0.01)] == [30]


def test_counts_that_never_vary_change_at_the_second_run_that_differs():
    assert changes([54.0] * 10 + [61.0]) == []
    assert [(one.index, one.p_value) for one in changes([54.0] * 10 + [61.0] * 2)] == [(10, 0.0)]
    assert changes([54.0] * 30) == []


def test_one_run_that_stands_out_and_too_few_runs_are_no_change():
    rng = np.random.default_rng(5)
    assert changes([*noise(rng, 20), 200.0]) == []
    assert changes([100.0, 200.0, 200.0, 200.0][: FEWEST - 1]) == []


def test_the_place_of_a_split_is_the_one_that_ruptures_finds():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        logs = np.log([*noise(rng, 5 + seed % 20), *noise(rng, 12, level=108.0)])
        other = ruptures.Dynp(model="l2", min_size=2, jump=1).fit(logs.reshape(-1, 1)).predict(n_bkps=1)
        assert split_of(logs)[0] == other[0]


@cache
def measured():
    return entry_of(manifest(), trials())


def run_of(number, *, slower=1.0, **changed):
    """An entry of the synthetic run, its values scaled with a little noise of its own."""
    entry = replace(measured(), run_id=f"run-{number:02}", label=f"c{number}")
    wobble = np.random.default_rng(number).lognormal(0, 0.01)
    points = tuple(replace(point, value=point.value * slower * wobble) for point in entry.points)
    facts = {part: {**values, **changed.get(part, {})} for part, values in entry.facts.items()}
    return replace(entry, points=points, facts=facts)


@pytest.fixture(scope="module")
def entries():
    """Twelve runs, then five that are slower, with a new version of PostgreSQL and of spec's schema."""
    new = {"versions": {"postgres": "18.9"}, "schema": {"spec": "other", "lean": "other"}}
    return [*(run_of(n) for n in range(12)), *(run_of(n, slower=1.2, **new) for n in range(12, 17))]


def current(entries):
    return with_changes([s for s in series_of(entries) if s.metric == "response_p50_us"], minimum_effect=EFFECT)


def test_every_series_of_slower_runs_changed_at_the_first_of_them(entries):
    every = current(entries)
    assert {(series.variant, series.operation) for series in every} >= {("spec", "send"), ("baseline", "mark_read")}
    assert {tuple(change.index for change in series.changes) for series in every} == {(12,)}
    spec = next(series for series in every if (series.variant, series.operation) == ("spec", "send"))
    assert spec.changed_besides(spec.changes[0]) == [
        "schema, spec: spec-f1 → other",
        f"versions, postgres: {manifest()['environment']['postgres']['version']} → 18.9",
    ]


def test_a_gate_stops_at_recent_changes_and_lets_old_ones_and_improvements_pass(entries):
    every = current(entries)
    assert len(held_up(every, "worse", recent=5)) == len(held_up(every, "change", recent=5)) == len(every)
    assert held_up(every, "worse", recent=4) == []
    better = current([*entries[12:], *(run_of(n, slower=0.8) for n in range(17, 22))])
    assert held_up(better, "worse", recent=20) == []


def test_a_gate_that_holds_says_of_how_many_series_and_how_many_are_too_young(entries):
    young = current(entries[:4])
    told = all_well(young, "worse", recent=5)
    assert told.startswith(f"none of {len(young)} series became worse within its last 5 runs")
    assert told.endswith(f"{len(young)} with fewer than 5 runs, in which no change can be seen yet")
    grown = current(entries[:6])
    assert all_well(grown, "change", recent=5) == f"none of {len(grown)} series changed within its last 5 runs"


def test_other_conditions_start_a_new_series_and_say_so(entries):
    moved = [run_of(n, slower=2.0, hardware={"cores": 64}) for n in range(20, 24)]
    every = current([*entries[:12], *moved])
    assert not [series for series in every if series.changes]
    past = [series for series in every if series.is_past]
    assert len(past) == len(every) / 2
    new = next(series for series in every if not series.is_past)
    assert (len(new.values), new.began_with) == (4, ("hardware, cores: None → 64",))
    assert any("new series, the conditions changed: hardware, cores" in line for line in lines_of([new]))
    back = current([*entries[:12], *moved, run_of(30)])
    assert sorted({len(series.values) for series in back if not series.is_past}) == [13]


def test_another_load_of_one_scenario_leaves_the_others_comparable(entries):
    load = {"fanout on server, rate_per_s": 75.0}
    every = series_of([entries[0], run_of(1, load=load)])
    assert {len(series.values) for series in every if series.scenario == "day"} == {2}


def test_what_is_told_names_the_run_the_size_and_what_changed_with_it(entries):
    lines = list(lines_of(current(entries)))
    told = next(line for line in lines if line.startswith("    +"))
    assert "since run-12 of 2026-01-01 (c12)" in told
    assert "changed with it:" in told
    plain = as_dicts(current(entries))[0]
    assert len(plain["points"]) == 17
    assert plain["changes"][0]["run_id"] == "run-12"
    assert orjson.loads(orjson.dumps(plain)) == plain


def test_a_sparkline_shows_the_newest_values():
    assert sparkline([1.0, 2.0, 3.0]) == "▁▅█" or sparkline([1.0, 2.0, 3.0]) == "▁▄█"
    assert sparkline([5.0, 5.0]) == "▄▄"
    assert len(sparkline(list(range(1, 100)), width=40)) == 40


def test_the_page_shows_every_series_without_a_network(entries):
    every = current(entries)[:4]
    page = history_page(every, name="runs/history.jsonl")
    assert page.count('class="picture"') == len(every)
    assert "run-12" in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "No runs yet" in history_page([], name="x")


@pytest.fixture
def folder(tmp_path):
    stored = RunFolder.create(tmp_path / "one")
    stored.write_manifest(manifest())
    for trial in trials()[:40]:
        stored.append_trial(trial)
    return stored


def test_a_run_is_added_once_and_read_back_as_it_was(folder, tmp_path):
    file = tmp_path / "kept" / "history.jsonl"
    entry = add(file, folder.path, label="abc")
    assert read(file) == [entry]
    with pytest.raises(HistoryError, match="already"):
        add(file, folder.path, label=None)
    # torn by a crash: cut off by the next
    file.write_bytes(file.read_bytes() + b'{"run_id": "to')
    assert read(file) == [entry]
    # the next night's, in a folder of the same name
    folder.write_manifest(manifest() | {"created_at": "2026-01-02T12:00:00+00:00"})
    add(file, folder.path, label=None)
    assert [one.created_at[:10] for one in read(file)] == ["2026-01-01", "2026-01-02"]
    assert entry_from(orjson.loads(orjson.dumps(entry.as_dict()))) == entry


def test_an_unfinished_run_a_void_one_and_a_broken_file_are_refused_by_name(folder, tmp_path):
    file = tmp_path / "history.jsonl"
    folder.write_manifest(manifest() | {"status": "running"})
    with pytest.raises(HistoryError, match="--resume"):
        add(file, folder.path, label=None)
    assert not file.exists()
    empty = RunFolder.create(tmp_path / "void")
    empty.write_manifest(manifest())
    empty.append_trial(trials()[0] | {"void": "saturated"})
    with pytest.raises(HistoryError, match="no valid trial"):
        add(file, empty.path, label=None)
    file.write_text('{"run_id": 1}\n')
    with pytest.raises(HistoryError, match="line 1"):
        read(file)
