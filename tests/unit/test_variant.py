"""Variants: what a file may say, and what is said back when it may not."""

from pathlib import Path

import pytest

from reference_server.errors import BrokenVariant, UnknownVariant
from reference_server.statements import slots, statements
from reference_server.variant import SQL, factors_between, load_variant, variants
from reference_server.variant_file import KINDS

ROOT = """
summary = "A root."
factor = "bundle"
question = "What is a root?"
known_gaps = ["unique_pair"]
[tables]
users = "plain"
[indexes]
by_name = "plain"
[cache]
unread = false
"""


HEAD = 'factor = "planted"\nquestion = "What of a child?"\n'


@pytest.fixture
def folders(tmp_path: Path):
    (tmp_path / "variants").mkdir()
    for path in ("tables/users/plain", "tables/users/wide", "indexes/by_name/plain", "indexes/by_age/plain"):
        file = tmp_path / "sql" / f"{path}.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"SELECT '{path}';")
    return tmp_path


@pytest.fixture
def load(folders: Path):
    def write_and_load(child: str, root: str = ROOT):
        (folders / "variants" / "root.toml").write_text(root)
        (folders / "variants" / "child.toml").write_text(child)
        return load_variant("child", folder=folders / "variants", sql=folders / "sql")

    return write_and_load


def test_the_four_variants_are_there_and_have_sql_for_every_use_case():
    assert {"baseline", "lean", "monthly", "spec"} <= set(variants())
    for name in variants():
        assert set(statements(load_variant(name))) == set(slots(load_variant(name)))


def test_baseline_has_exactly_the_indexes_that_the_report_lists():
    assert sorted(load_variant("baseline").indexes) == [
        "idx_blocker_blocked",
        "idx_blocks_blocked_id",
        "idx_blocks_blocker_id",
        "idx_blocks_created_at",
        "idx_conversation_messages",
        "idx_conversation_users",
        "idx_conversation_users_2",
        "idx_conversations_created_at",
        "idx_conversations_last_message_at",
        "idx_conversations_last_message_id",
        "idx_messages_is_read",
        "idx_messages_receiver_id",
        "idx_messages_sender_id",
        "idx_messages_type",
    ]


def test_spec_closes_the_gaps_that_baseline_declares():
    assert load_variant("baseline").known_gaps == ("ordered_pair", "unique_pair", "message_has_content")
    assert load_variant("spec").known_gaps == ()
    assert {"ordered_users", "message_has_content"} <= set(load_variant("spec").constraints)
    assert "unique_pair" in load_variant("spec").keys


def test_lean_only_removes_indexes_from_spec():
    spec, lean = load_variant("spec"), load_variant("lean")
    assert set(lean.indexes) < set(spec.indexes)
    assert (lean.tables, lean.keys, lean.constraints, lean.queries) == (
        spec.tables,
        spec.keys,
        spec.constraints,
        spec.queries,
    )


def test_every_sql_file_starts_with_what_it_is_for_and_some_variant_uses_it():
    used = set()
    for name in variants():
        variant = load_variant(name)
        for kind in KINDS:
            for sql in getattr(variant, kind).values():
                assert sql.text.startswith("-- "), sql.path
                used.add(sql.path)
    assert used == {path for kind in KINDS for path in (SQL / kind).rglob("*.sql")}


def test_a_child_adds_replaces_and_removes(load):
    child = load(
        """
        summary = "A child."
        factor = "secondary_indexes"
        question = "What of a child?"
        extends = "root"
        adds.indexes.by_age = "plain"
        replaces.tables.users = "wide"
        removes.indexes = ["by_name"]
        """
    )
    assert child.tables["users"].text == "SELECT 'tables/users/wide';"
    assert list(child.indexes) == ["by_age"]
    assert child.known_gaps == ("unique_pair",)
    assert not child.cache.unread


def test_a_name_or_a_summary_does_not_change_the_fingerprint_but_a_choice_does(load):
    same = load(HEAD + 'summary = "One."\nextends = "root"').fingerprint
    assert load(HEAD + 'summary = "Two."\nextends = "root"').fingerprint == same
    assert load(HEAD + 'summary = "One."\nextends = "root"\ncache.presence = false').fingerprint != same
    assert load(HEAD + 'summary = "One."\nextends = "root"\nreplaces.tables.users = "wide"').fingerprint != same


def test_an_unknown_variant_is_answered_with_near_names():
    with pytest.raises(UnknownVariant, match=r"no variant 'monthy'\. Did you mean monthly "):
        load_variant("monthy")


@pytest.mark.parametrize(
    ("child", "key", "expected"),
    [
        ('summary = "x"\nextends = "rot"', "extends", "such as root"),
        ('summary = "x"\nextends = "child"', "extends", "circle"),
        ('extends = "root"', "summary", "one sentence"),
        ('summary = "x"\nextends = "root"\nadd.indexes.by_age = "plain"', "add", "such as adds"),
        ('summary = "x"\nextends = "root"\nadds.indices.by_age = "plain"', "adds.indices", "such as indexes"),
        ('summary = "x"\nextends = "root"\nadds.indexes.by_agee = "plain"', "adds.indexes.by_agee", "such as by_age"),
        ('summary = "x"\nextends = "root"\nadds.indexes.by_age = "plane"', "adds.indexes.by_age", "such as plain"),
        ('summary = "x"\nextends = "root"\nadds.indexes.by_age = 3', "adds.indexes.by_age", "in quotes"),
        ('summary = "x"\nextends = "root"\nadds.indexes.by_name = "plain"', "adds.indexes.by_name", "under replaces"),
        ('summary = "x"\nextends = "root"\nreplaces.tables.user = "wide"', "replaces.tables.user", "such as users"),
        ('summary = "x"\nextends = "root"\nremoves.indexes = ["by_nam"]', "removes.indexes", "such as by_name"),
        ('summary = "x"\nextends = "root"\nremoves.indexes = "by_name"', "removes.indexes", "list of names"),
        ('summary = "x"\nextends = "root"\ncache.unred = true', "cache.unred", "one of unread"),
        ('summary = "x"\nextends = "root"\ncache.unread = "no"', "cache.unread", "not true or false"),
        ('summary = "x"\nextends = "root"\nknown_gaps = "none"', "known_gaps", "list of names"),
        ('summary = "x"\nextends = "root"\ntables.users = "wide"', "tables", "unknown key"),
        ("summary = ", "(whole file)", "expected TOML"),
        ('summary = "x"\nextends = "root"\nidentifiers.messages = "uuid6"', "identifiers.messages", "uuid4, uuid7"),
        ('summary = "x"\nextends = "root"\nfanout.transports = "notify"', "fanout.transports", "transport"),
        ('summary = "x"\nextends = "root"\ntopology.shards = 0', "topology.shards", "whole number from 1"),
        ('summary = "x"\nextends = "root"\ntopology.shards = true', "topology.shards", "whole number from 1"),
        ('summary = "x"\nextends = "root"\ndurability.redis_save = false', "durability.redis_save", "text in quotes"),
        ('summary = "x"\nextends = "root"\ndurability = 1', "durability", "expected a table"),
        ('summary = "x"\nextends = "root"\nsource = ""', "source", "section of the schema report"),
        (
            'summary = "x"\nextends = "root"\nadds.indexes.by_age = "../../tables/users/plain"',
            "adds.indexes.by_age",
            "",
        ),
    ],
)
def test_a_broken_file_is_answered_with_file_key_and_what_was_expected(load, child, key, expected):
    with pytest.raises(BrokenVariant) as caught:
        load(HEAD + child)
    assert caught.value.file.name == "child.toml"
    assert caught.value.key == key
    assert expected in str(caught.value)


def test_a_variant_without_sql_for_a_use_case_is_refused(load):
    with pytest.raises(BrokenVariant, match=r"queries\.block_add: missing.*on_conflict"):
        statements(load(HEAD + 'summary = "x"\nextends = "root"'))


@pytest.mark.parametrize(
    ("lines", "key", "expected"),
    [
        ('factor = "page_idnex"\nquestion = "x"', "factor", "such as page_index"),
        ('question = "x"', "factor", "missing; expected the one factor"),
        ('factor = "cache"', "question", "missing; expected the question"),
    ],
)
def test_a_variant_says_which_factor_it_changes_and_which_question_it_answers(load, lines, key, expected):
    with pytest.raises(BrokenVariant, match=expected) as caught:
        load(f'summary = "x"\nextends = "root"\n{lines}')
    assert caught.value.key == key


def test_what_a_section_leaves_out_is_the_parents_and_in_the_end_the_default(load):
    root = ROOT.replace("[tables]", "[durability]\nsynchronous_commit = false\n[tables]")
    child = load(HEAD + 'summary = "x"\nextends = "root"\ndurability.redis_appendonly = true', root)
    assert (child.durability.synchronous_commit, child.durability.redis_appendonly) == (False, True)
    assert (child.identifiers.messages, child.fanout.transport, child.topology.shards) == ("uuid4", "pubsub", 1)


@pytest.fixture
def combine(folders: Path):
    """Load a combination of children of one root, each given as name=lines."""

    def write_and_load(name: str, **children: str):
        (folders / "variants" / "root.toml").write_text(ROOT)
        for child, lines in children.items():
            text = (
                f'{HEAD}summary = "x"\n{lines}'
                if "extends" in lines
                else f'{HEAD}summary = "x"\nextends = "root"\n{lines}'
            )
            (folders / "variants" / f"{child}.toml").write_text(text)
        return load_variant(name, folder=folders / "variants", sql=folders / "sql")

    return write_and_load


def test_a_combination_is_the_first_with_the_differences_of_the_others(combine):
    both = combine(
        "wide+aged+bare",
        wide='replaces.tables.users = "wide"',
        aged='adds.indexes.by_age = "plain"\ncache.presence = false',
        bare='removes.indexes = ["by_name"]\nknown_gaps = ["unique_pair", "slow"]',
    )
    assert both.tables["users"].text == "SELECT 'tables/users/wide';"
    assert list(both.indexes) == ["by_age"]
    assert (both.cache.presence, both.cache.unread) == (False, False)
    assert both.known_gaps == ("unique_pair", "slow")
    assert [step.name for step in both.steps] == ["root", "wide", "aged", "bare"]


def test_of_a_grandchild_a_combination_takes_what_the_shared_ancestor_lacks(combine):
    both = combine(
        "aged+cousin",
        aged='adds.indexes.by_age = "plain"',
        wide='replaces.tables.users = "wide"\nknown_gaps = []',
        cousin='extends = "wide"\ncache.presence = false',
    )
    assert both.tables["users"].text == "SELECT 'tables/users/wide';"
    assert not both.cache.presence
    assert both.known_gaps == ()


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        ('replaces.tables.users = "wide"', 'removes.tables = ["users"]', "tables.users"),
        ("cache.presence = false\ncache.unread = true", 'cache.unread = true\nadds.indexes.by_age = "plain"', None),
        ('identifiers.messages = "uuid7"', 'identifiers.messages = "bigint"', "identifiers.messages"),
    ],
)
def test_two_that_choose_one_place_differently_do_not_combine(combine, one, other, place):
    for name in ("one+other", "root+one+other"):
        if place is None:
            combine(name, one=one, other=other)
            continue
        with pytest.raises(BrokenVariant, match=r"one (chooses|removes).* and other (chooses|removes)") as caught:
            combine(name, one=one, other=other)
        assert caught.value.key == place


def test_a_combination_with_an_unknown_name_is_answered_with_near_names():
    with pytest.raises(UnknownVariant, match=r"no variant 'monthy'\. Did you mean monthly "):
        load_variant("spec+monthy")


def test_factors_are_what_separates_a_variant_from_its_root_or_two_from_each_other():
    baseline, spec, monthly, lean = (load_variant(name) for name in ("baseline", "spec", "monthly", "lean"))
    assert (baseline.factors, spec.factors, monthly.factors) == ((), ("bundle",), ("bundle", "partitioning"))
    assert factors_between(spec, monthly) == ("partitioning",)
    assert factors_between(baseline, spec) == ("bundle",)
    assert factors_between(lean, monthly) == ("bundle", "partitioning")
    assert factors_between(spec, load_variant("spec+monthly+lean")) == ("partitioning", "bundle")
