"""The schema's building steps, in the order in which they are fastest: tables, data, keys, indexes, the rest."""

from reference_server.variant import SqlFile, Variant


def before_load(variant: Variant) -> list[SqlFile]:
    """Bare tables, ready for COPY, and how they store their rows.

    Partitions reach from the setting chatbench.data_from to chatbench.data_to.
    """
    return [*variant.tables.values(), *variant.storage.values()]


def keys(variant: Variant) -> list[SqlFile]:
    """Primary keys and unique constraints; they must stand before after_load."""
    return list(variant.keys.values())


def derived(variant: Variant) -> list[SqlFile]:
    """Rows made from the loaded rows, one after the other; keys stand, indexes do not yet."""
    return list(variant.derived.values())


def indexes(variant: Variant) -> list[SqlFile]:
    """CREATE INDEX statements, independent of each other: they can run side by side."""
    return list(variant.indexes.values())


def after_load(variant: Variant) -> list[SqlFile]:
    """Foreign keys and checks, each validating the data, then triggers; one after the other."""
    return [*variant.constraints.values(), *variant.triggers.values()]


def from_keys_on(variant: Variant) -> list[SqlFile]:
    """What comes after the rows, one after the other."""
    return [*keys(variant), *derived(variant), *indexes(variant), *after_load(variant)]


def whole(variant: Variant) -> list[SqlFile]:
    """Every step for an empty database."""
    return [*before_load(variant), *from_keys_on(variant)]
