"""Files of messages become datasets: counted, repeatable, drawn from by scenarios, loadable."""

import csv
import uuid
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.errors import DatasetError
from datasets.generate import generate
from datasets.importing.importing import import_messages
from datasets.importing.keys import salt_of
from datasets.importing.request import Request, TextMode
from datasets.load import copy_table
from datasets.manifest import Manifest
from datasets.message_ids import MessageIds
from datasets.names import dataset_names, find_dataset
from reference_server import schema
from reference_server.variant import load_variant
from scenarios.population import Population

HEADER = ["id", "conversation_id", "sender_id", "receiver_id", "content", "is_read", "created_at"]
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = 3_000


def lines():
    rng = np.random.default_rng(1)
    for number in range(ROWS):
        conversation = int(200 * rng.random() ** 2)
        pair = (
            [conversation, 200 + conversation % 77] if rng.random() < 0.5 else [200 + conversation % 77, conversation]
        )
        yield [
            *(number, f"room-{conversation}", *pair, f'text {number}, with "quotes"\nand é' * (1 + number % 3)),
            *("t" if number < 2_900 else "f", f"2025-03-{1 + number * 28 // ROWS:02d} 10:{number % 60:02d}:00+00"),
        ]


def broken():
    """One row for each of these reasons."""
    good = [*next(lines())[1:]]
    yield "wrong_columns", ["x1", "room-1"]
    yield "unknown_time", ["x2", *good[:-1], "soon"]
    yield "self_message", ["x3", "room-1", 1, 1, *good[3:]]
    yield "empty", ["x4", *good[:3], "", *good[4:]]
    yield "duplicate_id", [0, *good]
    yield "more_than_two_people", ["x5", "trio", 901, 902, *good[3:]]
    yield "more_than_two_people", ["x6", "trio", 903, 901, *good[3:]]


@pytest.fixture(scope="module")
def messages(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("export") / "messages.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        to = csv.writer(file)
        to.writerow(HEADER)
        for number, line in enumerate(lines()):
            to.writerow(line)
            if number == 1_500:
                to.writerows(row for _, row in broken())
    return path


def imported(messages, home, **changed) -> Manifest:
    request = Request(**{"name": "mine", "files": (messages,), "text": TextMode.KEEP, "as_of": AS_OF} | changed)
    return import_messages(request, home / "datasets" / request.name, lambda *_: None, bucket_rows=700)


@pytest.fixture(scope="module")
def home(messages, tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("home")
    imported(messages, home)
    return home


def table(home, name, manifest=None):
    found = manifest or Manifest.read(home / "datasets" / "mine")
    return pa.concat_tables([pq.read_table(home / "datasets" / "mine" / file) for file in found.files[name]])


def test_every_row_is_kept_or_counted_with_its_reason_and_place(messages, home):
    told = Manifest.read(home / "datasets" / "mine").origin["messages"]
    assert told["read"] == ROWS + 7 == told["kept"] + sum(told["rejected"].values())
    assert told["rejected"] == {"more_than_two_people": 2} | {reason: 1 for reason, _ in broken() if reason[0] != "m"}
    with (home / "datasets" / "mine" / "rejects.csv").open() as file:
        listed = {(int(row["row"]), row["reason"]) for row in csv.DictReader(file)}
    # the header is row 1, and 1,501 rows stand before the broken ones
    assert listed == {(1_503 + place, reason) for place, (reason, _) in enumerate(broken())}


def test_texts_times_and_people_are_those_of_the_file(home):
    messages = table(home, "messages").to_pylist()
    assert sorted(row["content"] for row in messages) == sorted(line[4] for line in lines())
    assert [row["created_at"] for row in messages] == sorted(row["created_at"] for row in messages)
    sent = next(row for row in messages if row["content"] == next(lines())[4])
    _, _, sender, receiver, *_ = next(lines())
    assert uuid.UUID(bytes=sent["sender_id"]).int & 0xFFFF == sender
    assert uuid.UUID(bytes=sent["receiver_id"]).int & 0xFFFF == receiver


def test_the_same_import_gives_the_same_fingerprint_and_another_text_another(messages, home, tmp_path):
    first = Manifest.read(home / "datasets" / "mine")
    assert imported(messages, tmp_path).fingerprint == first.fingerprint
    assert imported(messages, tmp_path, text=TextMode.PHRASES).fingerprint != first.fingerprint


def test_parquet_and_csv_of_the_same_rows_give_the_same_dataset(messages, home, tmp_path):
    rows = [dict(zip(HEADER, line, strict=True)) for line in lines()]
    typed = pa.table({name: [row[name] for row in rows] for name in HEADER})
    moments = pa.compute.replace_substring(typed["created_at"].combine_chunks(), "+00", "Z").cast(
        pa.timestamp("us", "UTC")
    )
    typed = typed.set_column(6, "created_at", moments)
    typed = typed.set_column(5, "is_read", pa.array([row["is_read"] == "t" for row in rows]))
    pq.write_table(typed, tmp_path / "messages.parquet")
    other = imported(tmp_path / "messages.parquet", tmp_path)
    assert other.fingerprint == Manifest.read(home / "datasets" / "mine").fingerprint


def test_anonymised_nothing_of_a_text_or_an_id_is_left_but_lengths_are(messages, tmp_path):
    manifest = imported(messages, tmp_path, text=TextMode.PHRASES, salt=b"s" * 32)
    assert manifest.rows["messages"] == ROWS
    found = table(tmp_path, "messages", manifest).to_pylist()
    lengths = sorted((len(line[4]), len(line[4].encode())) for line in lines())
    assert sorted((len(row["content"]), len(row["content"].encode())) for row in found) == lengths
    assert not {row["content"] for row in found} & {line[4] for line in lines()}
    everything = b"".join(path.read_bytes() for path in (tmp_path / "datasets" / "mine").iterdir())
    assert b"with " + b'"quotes"' not in everything
    assert b"room-" not in everything
    assert {uuid.UUID(bytes=row["sender_id"]).version for row in found} == {4}


def test_a_salt_in_a_file_hashes_alike_again_and_a_forgotten_one_does_not(messages, tmp_path):
    salts = [salt_of(tmp_path / "salt"), salt_of(tmp_path / "salt"), salt_of(None)]
    assert (tmp_path / "salt").stat().st_mode & 0o777 == 0o600
    first, again, other = (imported(messages, tmp_path, salt=salt).fingerprint for salt in salts)
    assert first == again != other


def test_a_file_of_users_names_them_and_leaves_out_the_messages_of_others(messages, tmp_path):
    with (tmp_path / "users.csv").open("w") as file:
        file.write("id,username\n" + "".join(f"{n},user{n}\n" for n in range(280) if n != 3) + "1,again\n")
    with (tmp_path / "blocks.csv").open("w") as file:
        file.write("blocker,blocked\n1,2\n1,2\n1,999\n5,5\n")
    manifest = imported(messages, tmp_path, users=tmp_path / "users.csv", blocks=tmp_path / "blocks.csv")
    assert manifest.rows["users"] == 279
    assert manifest.origin["messages"]["rejected"]["unknown_user"] > 0
    assert manifest.origin["users"] == {"read": 280, "kept": 279, "rejected": {"duplicate_id": 1}}
    assert manifest.origin["blocks"]["kept"] == 1
    assert "user7" in table(tmp_path, "users", manifest).column("username").to_pylist()
    assert manifest.dataset.blocked_pairs(np.arange(1))[0].tolist() == [1]


def test_scenarios_draw_people_that_are_in_the_files_hot_conversations_more_often(home):
    data = find_dataset("mine", seed=1, home=home)
    people = Population(data, seed=4)
    drawn = [people.chatter() for _ in range(2_000)]
    pairs = {
        uuid.UUID(bytes=row["id"]): {uuid.UUID(bytes=row["user1_id"]), uuid.UUID(bytes=row["user2_id"])}
        for row in table(home, "conversations").to_pylist()
    }
    assert all(pairs[uuid.UUID(bytes=who.conversation.bytes)] == {who.me, who.other} for who in drawn)
    longest = data.conversation_id(0)
    assert sum(who.conversation == longest for who in drawn) > 10
    assert data.conversation_length(0) >= data.conversation_length(100)


def test_an_import_is_found_by_its_name_its_folder_and_the_list_of_names(home):
    by_name = find_dataset("mine", seed=1, home=home)
    assert find_dataset(by_name.reference, seed=1, home=Path("/nowhere")) == by_name
    assert "mine" in dataset_names(home)
    assert by_name.reference in dataset_names(home)
    assert "mime" not in dataset_names(home)
    with pytest.raises(DatasetError, match="mine"):
        find_dataset("mime", seed=1, home=home)


def test_a_file_gone_missing_is_not_made_up(messages, tmp_path):
    manifest = imported(messages, tmp_path)
    (tmp_path / "datasets" / "mine" / manifest.files["messages"][0]).unlink()
    with pytest.raises(DatasetError, match="import it again"):
        generate(manifest.dataset, tmp_path / "datasets" / "mine")


def test_a_file_without_a_good_row_leaves_nothing_behind(tmp_path):
    (tmp_path / "bad.csv").write_text(",".join(HEADER) + "\n1,2,3,4,hello,t,never\n")
    with pytest.raises(DatasetError, match="1 unknown_time"):
        imported(tmp_path / "bad.csv", tmp_path)
    assert list((tmp_path / "datasets").iterdir()) == []


@pytest.mark.parametrize("ids", [MessageIds.UUID4, MessageIds.BIGINT])
async def test_it_loads_under_every_constraint_and_its_counters_agree_with_its_messages(home, fresh_database, ids):
    variant = load_variant("spec" if ids is MessageIds.UUID4 else "bigint")
    connection = await asyncpg.connect(fresh_database)
    try:
        for file in schema.before_load(variant):
            await connection.execute(file.text)
        for name in ("users", "conversations", "messages", "blocks"):
            await copy_table(connection, name, home / "datasets" / "mine", message_ids=ids)
        for file in [*schema.keys(variant), *schema.indexes(variant), *schema.after_load(variant)]:
            await connection.execute(file.text)
        assert await connection.fetchval("SELECT count(*) FROM messages") == ROWS
        wrong = """
            SELECT count(*) FROM conversations AS c
            WHERE user1_unread_count + user2_unread_count <>
                  (SELECT count(*) FROM messages AS m WHERE m.conversation_id = c.id AND NOT m.is_read)
               OR last_message_id IS DISTINCT FROM
                  (SELECT id FROM messages WHERE conversation_id = c.id ORDER BY created_at DESC, id DESC LIMIT 1)
        """
        assert await connection.fetchval(wrong) == 0
    finally:
        await connection.close()
