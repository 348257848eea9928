"""Conditions of trials, cores, and what is told of the machine, where no trial is needed to know it."""

import pytest

from harness.conditions import Conditions, conditions_from, require_own_server, with_flags
from harness.covariates.covariates import covariates_by_round
from harness.covariates.window_watch import others_share
from harness.errors import ExperimentError
from harness.judging.freshness import fresh_warnings
from harness.table import TableReader
from harness.trial.cache_regime import oversized_buffers_bytes
from harness.trial.cpu_layout import layout_of


def test_conditions_are_warm_and_strict_by_default():
    assert conditions_from(TableReader({}, "here")) == Conditions()


def test_an_unknown_regime_is_answered_with_those_there_are():
    with pytest.raises(ExperimentError, match="warm, cold, disk, oversized"):
        conditions_from(TableReader({"cache_regime": "lukewarm"}, "here"))


@pytest.mark.parametrize("regime", ["cold", "disk", "oversized"])
def test_a_regime_that_restarts_is_refused_on_a_server_that_is_not_ours(regime):
    with pytest.raises(ExperimentError, match="your own"):
        require_own_server(Conditions(cache_regime=regime), embedded=False)
    require_own_server(Conditions(cache_regime=regime), embedded=True)


def test_cores_are_shared_out_in_halves_and_one_core_is_not():
    assert (layout_of([0, 1]).servers, layout_of([0, 1]).generator) == ((0,), (1,))
    assert (layout_of([0, 1, 2, 3, 4]).servers, layout_of([0, 1, 2, 3, 4]).generator) == ((0, 1, 2), (3, 4))
    assert layout_of([0]).note == "not pinned: there is one core"


def test_oversized_buffers_hold_an_eighth_of_the_smallest_lane():
    assert oversized_buffers_bytes(800 * 2**20) == 100 * 2**20
    assert oversized_buffers_bytes(2**20) == 2 * 2**20


def test_what_is_not_the_trials_own_cpu_is_others():
    parts = {"postgres_cpu_s": 0.5, "redis_cpu_s": 0.1, "generator_cpu_s": 0.4, "servers_cpu_s": None}
    assert others_share(0.8, parts, 2.0) == pytest.approx(0.3)
    assert others_share(0.8, parts | {"postgres_cpu_s": None}, 2.0) is None


def test_covariates_by_round_hold_what_any_trial_knows_and_none_where_one_does_not():
    trials = [
        {"scenario": "day", "target": "direct", "lane": lane, "round": number, "machine": {"postgres_cpu_s": seconds}}
        for lane, number, seconds in (("spec", 1, 0.2), ("lean", 1, 0.3), ("spec", 2, 0.4))
    ]
    tables = covariates_by_round([{"name": "day", "target": "direct"}], ["spec", "lean"], trials)
    assert [table["covariate"] for table in tables] == ["postgres_cpu_s"]
    assert tables[0]["lanes"] == {"spec": [0.2, 0.4], "lean": [0.3, None]}


def test_a_candidate_of_a_factor_that_needs_age_is_warned_of_on_fresh_snapshots_only():
    manifest = {
        "experiment": {"baseline": "spec", "candidates": ["uuid7", "keyset"], "conditions": {"aged": False}},
        "variants": {
            "spec": {"factors": ["bundle"]},
            "uuid7": {"factors": ["bundle", "identifiers"]},
            "keyset": {"factors": ["bundle", "page_method"]},
        },
    }
    assert [warning["lane"] for warning in fresh_warnings(manifest)] == ["uuid7"]
    manifest["experiment"]["conditions"]["aged"] = True
    assert list(fresh_warnings(manifest)) == []


def test_flags_stand_over_the_experiment_and_an_unknown_one_says_what_there_is():
    found = with_flags(Conditions(pin=True), cache_regime="disk", redis_state=None, aged=True, pin=False)
    assert found == Conditions(cache_regime="disk", aged=True, pin=True)
    with pytest.raises(ExperimentError, match="one of: cold, warm"):
        with_flags(Conditions(), cache_regime=None, redis_state="hot", aged=False, pin=False)
