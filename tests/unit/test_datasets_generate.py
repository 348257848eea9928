import shutil
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from datasets.errors import DatasetError
from datasets.generate import generate
from datasets.manifest import NAME, Manifest
from datasets.shape import dataset

DATA = dataset("tiny")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    generate(DATA, folder)
    return folder


def test_the_files_hold_the_rows_that_the_manifest_says(folder):
    manifest = Manifest.read(folder)
    assert manifest.rows == {"users": 400, "conversations": 1000, "messages": 20_000, "blocks": 200}
    for table, names in manifest.files.items():
        assert sum(pq.read_metadata(folder / name).num_rows for name in names) == manifest.rows[table]


def test_a_folder_that_already_fits_is_left_alone_and_still_reports_all_rows(folder):
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    rows = []
    generate(DATA, folder, rows.append)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert sum(rows) == 21_600


def test_the_fingerprint_depends_on_the_seed_and_on_nothing_else(folder, tmp_path):
    again = generate(DATA, tmp_path / "again")
    other = generate(dataset("tiny", seed=2), tmp_path / "other")
    assert again.fingerprint == Manifest.read(folder).fingerprint
    assert other.fingerprint != again.fingerprint


def test_another_dataset_or_a_missing_file_makes_the_folder_anew(tmp_path):
    generate(dataset("tiny", seed=2), tmp_path)
    assert generate(DATA, tmp_path).dataset == DATA
    (tmp_path / "messages-000.parquet").unlink()
    generate(DATA, tmp_path)
    assert (tmp_path / "messages-000.parquet").exists()


def test_progress_counts_every_row_once(tmp_path):
    rows = []
    generate(DATA, tmp_path, rows.append)
    assert sum(rows) == 21_600


def test_strata_name_rows_that_exist(folder):
    strata = Manifest.read(folder).strata
    lengths = [DATA.conversation_length(n) for n in strata.hot]
    assert strata.largest == 0
    assert min(lengths) > max(DATA.conversation_length(n) for n in strata.cold)
    table = pq.read_table(folder / "messages-000.parquet").to_pandas().set_index("id")
    for cursor in strata.deep_cursors:
        row = table.loc[cursor.message_id.bytes]
        assert row.created_at == cursor.created_at
        assert row.conversation_id == DATA.conversation_id(cursor.conversation).bytes
    many, few = strata.users_with_many_conversations, strata.users_with_few_conversations
    assert len(DATA.conversations_of(many[0])) > len(DATA.conversations_of(few[0])) >= 1


def test_too_little_disk_is_said_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))
    with pytest.raises(DatasetError, match=r"needs about .* GB, so nothing was written; free some space"):
        generate(DATA, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_that_make_it_at_once_make_it_once(tmp_path):
    told: list[list[int]] = [[], []]
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda place: generate(DATA, tmp_path, told[place].append), range(2)))
    assert made[0] == made[1] == generate(DATA, tmp_path)
    # who finds it made is told all of it at once
    assert sorted(len(one) > 1 for one in told) == [False, True]


def test_a_folder_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match=r"cannot be written.*choose another folder"):
        generate(DATA, tmp_path / "file" / "data")


def test_files_left_by_a_larger_dataset_are_removed(tmp_path):
    (tmp_path / "messages-004.parquet").touch()
    generate(DATA, tmp_path)
    assert [path.name for path in tmp_path.glob("messages-*")] == ["messages-000.parquet"]


def test_a_folder_without_a_manifest_is_no_dataset(tmp_path):
    with pytest.raises(DatasetError, match="generate it"):
        Manifest.read(tmp_path)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format_version": 1}'])
def test_a_damaged_manifest_says_what_to_do(tmp_path, content):
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(DatasetError, match="delete the folder and generate"):
        Manifest.read(tmp_path)


def test_a_manifest_of_another_format_is_refused(tmp_path):
    (tmp_path / NAME).write_bytes(b'{"format_version": 999}')
    with pytest.raises(DatasetError, match="format 999"):
        Manifest.read(tmp_path)
