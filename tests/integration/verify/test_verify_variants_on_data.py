"""Variants verified on a dataset: snapshots, answers, what is kept and what goes."""

from dataclasses import replace

import pytest

from datasets.generate import generate
from datasets.shape import dataset
from harness.progress import Step
from harness.seeding.databases import list_databases
from harness.seeding.snapshots import ensure_snapshot
from harness.verify.answers import ask, differing
from harness.verify.lanes import lane_answers
from harness.verify.variant_site import variant_site
from harness.verify.verifying import Ground, _build, verify_variant, verify_variants
from reference_server.variant import SqlFile, load_variant


@pytest.fixture(scope="module")
def ground(servers, tmp_path_factory):
    data, home = tmp_path_factory.mktemp("tiny"), tmp_path_factory.mktemp("home")
    manifest = generate(dataset("tiny", seed=1), data)
    return Ground(stack=servers.stack, manifest=manifest, data=data, home=home, shown=Step("verify", None))


@pytest.fixture(scope="module")
async def spec_snapshot(ground):
    return await ensure_snapshot(
        ground.stack.postgres,
        load_variant("spec"),
        ground.manifest,
        ground.data,
        build="a",
        progress=lambda *_: None,
    )


@pytest.fixture(scope="module")
async def spec_answers(ground, spec_snapshot):
    async with variant_site(ground.stack, load_variant("spec"), spec_snapshot) as site:
        return await ask(site.chat, ground.manifest)


async def test_variants_pass_on_data_and_leave_no_database_behind(ground, spec_snapshot):
    before = {found.name for found in await list_databases(ground.stack.postgres.admin_dsn)}
    verified = await verify_variants(ground, ["baseline", "spec"], keep=False)
    assert [(one.name, one.complaints) for one in verified] == [("baseline", []), ("spec", [])]
    assert {found.name for found in await list_databases(ground.stack.postgres.admin_dsn)} == before


async def test_asked_again_a_variant_answers_the_same(ground, spec_snapshot, spec_answers):
    async with variant_site(ground.stack, load_variant("spec"), spec_snapshot) as site:
        assert await ask(site.chat, ground.manifest) == spec_answers


@pytest.mark.parametrize(
    ("defect", "operations"),
    [
        ("DELETE FROM blocks", {"block_check", "block_list"}),
        (
            "UPDATE conversations SET (user1_unread_count, user2_unread_count) = (7, 7)",
            {"conversation_list", "unread_counts", "mark_read", "send"},
        ),
        (
            "UPDATE messages SET media = media || '[{}]' WHERE media IS NOT NULL",
            {"newest_page", "older_pages", "media_gallery", "missed_messages", "mark_read"},
        ),
    ],
)
async def test_another_row_is_another_answer_of_the_operations_that_show_it(
    ground, spec_snapshot, spec_answers, defect, operations
):
    async with variant_site(ground.stack, load_variant("spec"), spec_snapshot) as site:
        await site.database.execute(defect)
        answers = await ask(site.chat, ground.manifest)
    different = set(differing(answers, spec_answers))
    assert different
    assert different <= operations


async def test_a_lane_that_answers_otherwise_is_disqualified(ground, spec_snapshot, monkeypatch, tmp_path):
    odd = _with_query(
        load_variant("spec"),
        "newest_page",
        "newest.conversation_id = $1",
        "newest.conversation_id = $1 AND newest.type = 'text'",
    )
    monkeypatch.setattr("harness.verify.lanes.load_variant", lambda name: odd if name == "odd" else load_variant(name))
    snapshots = {"spec": spec_snapshot, "odd": replace(spec_snapshot, variant="odd", fingerprint="odd")}
    record = await lane_answers(ground.stack, ground.manifest, snapshots, tmp_path, baseline="spec")
    assert list(record["disqualified"]) == ["odd"]
    assert "newest_page" in record["disqualified"]["odd"]
    assert record["hashes"]["odd"]["block_list"] == record["hashes"]["spec"]["block_list"]


async def test_a_variant_that_cannot_be_built_fails_and_says_why(ground, spec_answers):
    sql = load_variant("spec").indexes["messages_page"]
    broken = SqlFile(name=sql.name, path=sql.path, text="CREATE INDEX messages_page ON messages (nothing)")
    spec = load_variant("spec")
    variant = replace(spec, name="unbuildable", indexes={**spec.indexes, "messages_page": broken})
    verified = await verify_variant(ground, variant, _build(ground, variant), spec_answers)
    assert len(verified.complaints) == 1
    assert 'column "nothing" does not exist' in verified.complaints[0]
    assert {outcome.state for outcome in verified.outcomes[1:]} == {"not run"}


def _with_query(variant, slot, old, new):
    sql = variant.queries[slot]
    assert old in sql.text
    changed = SqlFile(name=sql.name, path=sql.path, text=sql.text.replace(old, new))
    return replace(variant, name="odd", queries={**variant.queries, slot: changed})
