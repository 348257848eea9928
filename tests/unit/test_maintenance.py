"""Maintenance: how sends are cut into stretches, how contents are told apart, which option a job's SQL is."""

import numpy as np
import pytest

from harness.errors import ExperimentError
from harness.experiment import MAINTENANCE, KnownNames
from harness.experiment_file import experiment_from
from harness.maintenance.catalogue import JOBS, chosen_jobs
from harness.maintenance.content import TableContent, differences
from harness.maintenance.errors import UnknownJob
from harness.maintenance.options import FOLDER, options_of
from harness.maintenance.programs import libpq_variables
from harness.maintenance.redis_files import RedisContent, compared
from harness.maintenance.sends import Sends, cut, timeline
from harness.maintenance.summary import maintenance_of
from harness.maintenance.trial import with_archiving
from harness.stack.config import StackConfig

S, MS = 1_000_000_000, 1_000_000
KNOWN = KnownNames(
    variants=["spec", "monthly"], scenarios=["day", MAINTENANCE], datasets=["tiny"], jobs=[job.name for job in JOBS]
)


def sends(*due_and_end_ms, failed_ms=()):
    return Sends.of_trace(
        {
            "intended_ns": [due * MS for due, _ in due_and_end_ms],
            "ended_ns": [end * MS for _, end in due_and_end_ms],
            "failed_ns": [at * MS for at in failed_ms],
        }
    )


def experiment(**scenario):
    content = {"name": "n", "dataset": "tiny", "baseline": "spec", "candidates": ["monthly"]}
    return experiment_from(content | {"scenarios": [{"rate": 10.0, **scenario}]}, "test", KNOWN)


def test_a_stretch_holds_the_sends_that_were_under_way_at_some_moment_of_it():
    stretch = cut(sends((0, 5), (8, 30), (15, 18), (25, 26)), 10 * MS, 20 * MS)
    assert (stretch.count, stretch.max_us) == (2, 22_000)


def test_a_percentile_that_too_few_samples_carry_is_missing():
    few = cut(sends(*((n, n + 1) for n in range(10))), 0, S)
    many = cut(sends(*((n, n + 1) for n in range(300))), 0, S)
    assert (few.p50_us, few.p99_us) == (1_000, None)
    assert (many.p50_us, many.p99_us) == (1_000, 1_000)


def test_the_longest_gap_counts_whole_though_the_answer_that_ends_it_comes_after_the_stretch():
    assert cut(sends((0, 1), (2, 3), (4, 90), (91, 92)), 2 * MS, 50 * MS).longest_gap_us == 87_000


def test_a_stretch_without_sends_knows_no_latency():
    empty = cut(sends(), 0, S)
    assert (empty.count, empty.p50_us, empty.max_us, empty.longest_gap_us) == (0, None, None, None)


def test_failures_belong_to_the_stretch_in_which_they_happened():
    assert cut(sends(failed_ms=(5, 15, 25)), 10 * MS, 20 * MS).failed == 1


def test_the_timeline_is_of_every_send_by_its_intended_start():
    assert timeline(sends((1_500, 1_502)), S) == {"at_ms": [500], "response_us": [2_000]}


def test_sends_are_ordered_by_their_end_whatever_the_order_they_were_kept_in():
    assert np.all(np.diff(sends((0, 9), (1, 3), (2, 4)).ended_ns) > 0)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"users": TableContent(rows=2, checksum="7")}, []),
        ({"users": TableContent(rows=1, checksum="7")}, ["users had 2 rows and has 1"]),
        (
            {"users": TableContent(rows=2, checksum="8")},
            ["users has its 2 rows, but not all with the same values"],
        ),
        ({}, ["users is missing after the restore"]),
    ],
)
def test_a_restore_that_differs_is_told_by_table(found, said):
    assert differences({"users": TableContent(rows=2, checksum="7")}, found) == said


def test_redis_contents_differ_by_their_keys_or_by_their_values():
    expected = RedisContent(keys=2, checksum="a")
    assert compared(expected, expected) == []
    assert compared(expected, RedisContent(keys=1, checksum="b")) == ["there were 2 keys, and there are 1"]
    assert "not all with the same values" in compared(expected, RedisContent(keys=2, checksum="b"))[0]


def test_every_sql_file_of_maintenance_says_which_databases_it_is_for():
    for folder in FOLDER.iterdir():
        assert len(list(options_of(folder.name))) == len(list(folder.glob("*.sql"))), folder.name


def test_a_password_reaches_pg_dump_by_environment_only():
    assert libpq_variables("postgresql://ann:p%40ss@db:5433/chat?sslmode=require") == {
        "PGHOST": "db",
        "PGPORT": "5433",
        "PGUSER": "ann",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "chat",
        "PGSSLMODE": "require",
    }


def test_a_socket_folder_in_the_query_is_the_host():
    assert libpq_variables("postgresql://postgres@/clone?host=%2Ftmp%2Fx&port=5432") == {
        "PGHOST": "/tmp/x",
        "PGPORT": "5432",
        "PGUSER": "postgres",
        "PGDATABASE": "clone",
    }


def test_chosen_jobs_keep_the_order_in_which_they_are_done():
    assert [job.name for job in chosen_jobs(["vacuum", "redis_rdb"])] == ["redis_rdb", "vacuum"]
    assert chosen_jobs(()) == JOBS


def test_an_unknown_job_is_refused_with_those_there_are():
    with pytest.raises(UnknownJob, match=r"vacum.*vacuum"):
        chosen_jobs(["vacum"])
    with pytest.raises(ExperimentError, match="jobs"):
        experiment(name=MAINTENANCE, jobs=["vacum"])


def test_maintenance_is_not_judged_unless_the_experiment_asks_for_rounds_of_it():
    assert not experiment(name=MAINTENANCE).scenarios[0].compare
    assert experiment(name=MAINTENANCE, compare=True).scenarios[0].compare
    assert experiment(name="day").scenarios[0].compare


def test_only_runs_with_maintenance_start_the_server_with_archiving():
    assert "archive_mode" not in with_archiving(StackConfig(), experiment(name="day")).settings
    assert with_archiving(StackConfig(), experiment(name=MAINTENANCE)).settings["archive_mode"] == "on"


def test_the_summary_gives_space_back_and_takes_the_sends_own_wal_off():
    done = {"job": "vacuum", "duration_s": 2.0, "database_bytes_before": 900, "database_bytes_after": 500}
    done |= {"wal_bytes": 1_000, "quiet_wal_bytes_per_s": 300.0}
    skipped = {"job": "add_next_month", "skipped": "why"}
    trials = [{"variant": "spec", "trial": "maintenance", "maintenance": {"jobs": [done, skipped]}}, {"trial": "r1p1"}]
    first, second = maintenance_of(trials)
    assert (first["given_back_bytes"], first["wal_bytes_beyond_sends"]) == (400, 400.0)
    assert (second["job"], second["skipped"], second["failed"]) == ("add_next_month", "why", None)
