"""Files of messages become datasets: counted, repeatable, drawn from by scenarios, loadable."""

import csv
import gzip
import resource
import uuid
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.errors import DatasetError, NoRoomError
from datasets.generate import generate
from datasets.importing.importing import import_messages
from datasets.importing.keys import salt_of
from datasets.importing.request import Request, TextMode
from datasets.load import copy_table
from datasets.manifest import Manifest
from datasets.message_ids import MessageIds
from datasets.names import dataset_names, find_dataset
from harness.importing import request_of
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
    read, rejected = told(Manifest.read(home / "datasets" / "mine"))
    assert read == ROWS + 7
    assert rejected == {"more_than_two_people": 2} | {reason: 1 for reason, _ in broken() if reason[0] != "m"}
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


GOOD = "1,room,1,2,hi,t,2025-03-04 05:06:07"


def written(path, *rows, header=None, encoding="utf-8") -> Path:
    path.write_bytes("\n".join([header or ",".join(HEADER), *rows, ""]).encode(encoding))
    return path


def told(manifest):
    found = manifest.origin["messages"]
    assert found["read"] == found["kept"] + sum(found["rejected"].values())
    return found["read"], found["rejected"]


def test_however_the_bytes_are_packed_the_dataset_is_the_same(messages, home, tmp_path):
    content = messages.read_bytes()
    forms = {
        "packed.csv.gz": gzip.compress(content[:9_000]) + gzip.compress(content[9_000:]),
        "plain_after_all.csv.gz": content,
        "zstd_without_its_name": pa.Codec("zstd").compress(content, asbytes=True),
        "marked.csv": b"\xef\xbb\xbf" + content,
        "tabs.csv": content.replace(b",", b"\t"),
    }
    for name, packed in forms.items():
        (tmp_path / name).write_bytes(packed)
        if name == "tabs.csv":  # commas stand in texts too
            assert told(imported(tmp_path / name, tmp_path)) == told(Manifest.read(home / "datasets" / "mine"))
        else:
            found = imported(tmp_path / name, tmp_path)
            assert found.fingerprint == Manifest.read(home / "datasets" / "mine").fingerprint, name


def test_a_broken_quote_costs_one_row_of_thousands(tmp_path):
    rows = [GOOD.replace("1,", f"{number},", 1) for number in range(3_000)]
    rows[1] = '1,room,1,2,"never closed,t,2025-03-04 05:06:07'
    rows[2_000] = '2000,room,1,2,"said ""hi""",t,2025-03-04 05:06:07'
    assert told(imported(written(tmp_path / "m.csv", *rows), tmp_path)) == (3_000, {"bad_quotes": 1})


def test_rows_of_another_encoding_are_told_one_by_one_also_where_columns_are_missing(tmp_path):
    rows = [GOOD, "2,room,1,2,grün,t,2025-03-04 05:06:07", "3,grün", "", GOOD.replace("1", "4", 1)]
    found = told(imported(written(tmp_path / "m.csv", *rows, encoding="latin-1"), tmp_path))
    assert found == (5, {"wrong_columns": 1, "not_utf8": 1, "blank": 1})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "does not begin with a row of column names"),
        (b"PK\x03\x04 and so on", "a ZIP archive or an Excel file"),
        ("id,chat_id".encode("utf-16"), "iconv -f UTF-16"),
        (gzip.compress(b"chat_id,sender_id,time\n1,2,3\n")[:-9], "cannot be read"),
        (b"chat_id,sender_id,sender_id,time\n", "2 columns 'sender_id'"),
        (b"chat_id,sender_id,time\n", "no row behind the header"),
        (b"PAR1 cut short", "cannot be read"),
        (None, "does not exist"),
    ],
)
def test_what_is_no_file_of_messages_is_said_to_be_so_and_nothing_stays(content, said, tmp_path):
    if content is not None:
        (tmp_path / "m.csv").write_bytes(content)
    with pytest.raises(DatasetError, match=said):
        imported(*asked(tmp_path / "m.csv").files, tmp_path)
    assert list(tmp_path.glob("datasets/*")) == []


def asked(*files, **changed):
    columns = {"name": "mine", "users": None, "blocks": None, "columns": [], "salt_file": None, "seed": 1}
    return request_of(
        **{"files": files, "text": None, "hash_ids": False, "as_of": AS_OF} | columns | changed,
    )


def test_a_folder_stands_for_its_files_and_two_of_one_name_are_told_apart(tmp_path):
    for month in ("01", "02", "03"):
        (tmp_path / "export" / month).mkdir(parents=True)
    for month in ("01", "02"):
        written(tmp_path / "export" / month / "m.csv", GOOD.replace("1", month, 1), "broken")
    (tmp_path / "export" / "_SUCCESS").touch()
    request = asked(tmp_path / "export")
    manifest = imported(request.files[0], tmp_path, files=request.files)
    assert told(manifest) == (4, {"wrong_columns": 2})
    with (tmp_path / "datasets" / "mine" / "rejects.csv").open() as file:
        assert [row["file"] for row in csv.DictReader(file)] == [str(path) for path in request.files]
    with pytest.raises(DatasetError, match="has no file that ends in"):
        asked(tmp_path / "export" / "03")


def test_files_with_texts_and_files_with_lengths_are_not_mixed_into_empty_messages(tmp_path):
    one = written(tmp_path / "one.csv", GOOD)
    header = "chat_id,sender_id,receiver_id,text_length,time"
    two = written(tmp_path / "two.csv", "room,1,2,7,2025-03-04 05:06:07", header=header)
    with pytest.raises(DatasetError, match="--text phrases"):
        asked(one, two)
    manifest = imported(one, tmp_path, files=(one, two), text=asked(one, two, text=TextMode.PHRASES).text)
    assert sorted(len(row["content"]) for row in table(tmp_path, "messages", manifest).to_pylist()) == [2, 7]


def test_ids_are_compared_among_the_files_that_have_some(tmp_path):
    one = written(tmp_path / "one.csv", GOOD, GOOD)
    two = written(
        tmp_path / "two.csv", *["room,1,2,hi,2025-03-04 05:06:07"] * 2, header="chat_id,from_id,to_id,text,time"
    )
    assert told(imported(one, tmp_path, files=(one, two))) == (4, {"duplicate_id": 1})


def test_a_number_and_the_uuid_that_shows_it_are_not_made_one_person(tmp_path):
    shown = "00000000-0000-8000-8000-000000000001"
    two = written(tmp_path / "m.csv", GOOD, f"2,other,{shown},5,hi,t,2025-03-04 05:06:07")
    with pytest.raises(DatasetError, match="1 ids of users"):
        imported(two, tmp_path)


def test_names_and_times_of_users_that_cannot_be_taken_are_counted(tmp_path):
    users = tmp_path / "users.csv"
    rows = [
        b"id,username,created_at",
        b"1,j\xfcrgen,never",
        b"2,same,",
        b"3,same,2099-01-01 00:00:00",
        b"",
        b"4," + b"x" * 3_000,
    ]
    users.write_bytes(b"\n".join([*rows[:-1], rows[-1] + b",", b""]))
    manifest = imported(written(tmp_path / "m.csv", GOOD), tmp_path, users=users)
    made_up = manifest.origin["made_up"]
    assert (made_up["names"], made_up["usernames"], made_up["times"]) == (2, 1, 2)
    assert manifest.origin["users"]["rejected"] == {"blank": 1}


def test_an_interrupted_import_leaves_nothing_and_goes_through_again(messages, tmp_path):
    before = imported(written(tmp_path / "m.csv", GOOD), tmp_path).fingerprint
    request = Request(name="mine", files=(messages,), text=TextMode.KEEP, as_of=AS_OF)
    for doing in ("read", "order", "sort", "write"):

        def interrupt(_, now, doing=doing):
            if now == doing:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            import_messages(request, tmp_path / "datasets" / "mine", interrupt, bucket_rows=700)
        assert [path.name for path in (tmp_path / "datasets").iterdir()] == ["mine"]
    assert Manifest.read(tmp_path / "datasets" / "mine").fingerprint == before
    # what one that was killed would leave
    (tmp_path / "datasets" / ".mine.pile").mkdir()
    shares = []
    import_messages(request, tmp_path / "datasets" / "mine", lambda share, _: shares.append(share), bucket_rows=700)
    assert sum(shares) == pytest.approx(1)
    assert [path.name for path in (tmp_path / "datasets").iterdir()] == ["mine"]


def test_without_room_nothing_stays_and_it_is_no_fault_of_what_was_asked(messages, tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with pytest.raises(NoRoomError, match="make room") as full:
            imported(messages, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert full.value.exit_code == 3
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
