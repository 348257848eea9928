import os
import stat

import pytest

from harness.stack.accounts import Account, has_bit
from harness.stack.config import GIB, benchmark_settings

MEMBER = Account(name="member", uid=1001, gid=2001)


def status(mode: int, uid: int, gid: int) -> os.stat_result:
    return os.stat_result((stat.S_IFDIR | mode, 0, 0, 0, uid, gid, 0, 0, 0, 0))


def test_shared_buffers_are_an_eighth_of_the_memory():
    assert benchmark_settings(16 * GIB)["shared_buffers"] == "2048MB"


def test_shared_buffers_stop_at_four_gigabytes():
    assert benchmark_settings(256 * GIB)["shared_buffers"] == "4096MB"


def test_a_small_machine_still_gets_room_to_build_indexes():
    assert benchmark_settings(GIB)["maintenance_work_mem"] == "64MB"


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes", "autovacuum"])
def test_a_benchmark_is_as_durable_as_production(setting):
    assert benchmark_settings(8 * GIB)[setting] == "on"


def test_every_statement_can_testify():
    settings = benchmark_settings(8 * GIB)
    assert settings["shared_preload_libraries"] == "pg_stat_statements"
    assert {settings[name] for name in ("compute_query_id", "track_io_timing", "track_wal_io_timing")} == {"on"}
    assert settings["pg_stat_statements.track_planning"] == "on"


def test_no_checkpoint_falls_into_a_window_by_itself():
    settings = benchmark_settings(8 * GIB)
    assert (settings["max_wal_size"], settings["checkpoint_timeout"]) == ("8GB", "1h")


def test_a_container_with_little_shared_memory_shares_through_files():
    assert benchmark_settings(8 * GIB, 64 * 1024 * 1024)["dynamic_shared_memory_type"] == "mmap"
    assert benchmark_settings(8 * GIB, 4 * GIB)["dynamic_shared_memory_type"] == "posix"


@pytest.mark.parametrize(
    ("mode", "uid", "gid", "passes"),
    [
        (0o700, 1001, 0, True),
        (0o077, 1001, 2001, False),
        (0o010, 0, 2001, True),
        (0o001, 0, 2001, False),
        (0o001, 0, 0, True),
        (0o700, 0, 0, False),
    ],
)
def test_an_account_passes_a_folder_by_the_bits_of_its_own_class_only(mode, uid, gid, passes):
    assert has_bit(MEMBER, status(mode, uid, gid), stat.S_IXUSR) is passes


def test_root_passes_everywhere():
    assert has_bit(Account(name="root", uid=0, gid=0), status(0, 1001, 2001), stat.S_IXUSR)
