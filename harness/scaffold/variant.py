"""A variant's folder: variant.toml, the tables, and the SQL of whichever operations are to be one's own."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from harness.errors import HarnessError
from reference_server.contracts import SLOTS_WITH_CONTRACTS, contract_of
from reference_server.names import CHAT
from reference_server.variant import SqlFile, Variant, load_variant, variants
from reference_server.variant_folders import FILE, NAME, require

_TEMPLATE = Path(__file__).with_name("variant.toml.txt")


def scaffold_variant(name: str, parent: str, directory: Path, own: Sequence[str] = ()) -> Path:
    """The folder; what stands in it already stays as it is. Raises HarnessError, VariantError."""
    folder = directory / name
    _check(name, folder, own)
    if (folder / FILE).exists():
        if not own:
            raise _refused(f"{folder / FILE} is there already", "Choose another name, or add operations with --own")
    else:
        require(parent, variants())
        _start(folder, parent)
    chosen = load_variant(str(folder.resolve()))
    for slot in own:
        _write(folder / "queries" / f"{slot}.sql", _with_contract(chosen, slot))
    return folder


def _check(name: str, folder: Path, own: Sequence[str]) -> None:
    if not NAME.fullmatch(name):
        raise _refused(f"{name!r} is no name for databases and reports", "Use lower-case letters, digits and _")
    if name in variants() and not (folder / FILE).exists():
        raise _refused(f"the name {name!r} is a variant's already", "Choose another")
    for slot in own:
        if slot not in SLOTS_WITH_CONTRACTS:
            near = get_close_matches(slot, SLOTS_WITH_CONTRACTS, n=3) or SLOTS_WITH_CONTRACTS
            raise _refused(f"no use case asks {slot!r}", f"Choose one such as {', '.join(near)}")


def _start(folder: Path, parent: str) -> None:
    text = _TEMPLATE.read_text(encoding="utf-8")
    from_ = load_variant(parent)
    _write(folder / FILE, text.format(parent=parent, columns="\n".join(_columns()), gaps=_gaps(from_)))
    for slot, sql in from_.tables.items():
        _write(folder / "tables" / f"{slot}.sql", _table(slot, sql))


def _gaps(variant: Variant) -> str:
    return "[" + ", ".join(f'"{gap}"' for gap in variant.known_gaps) + "]"


def _columns() -> Iterator[str]:
    """Every name that can be mapped, as a comment to be uncommented."""
    for table, columns in CHAT.items():
        yield f"# [names.columns.{table}]"
        yield from (f'# {column} = "{column}"' for column in columns)
        yield ""


def _table(slot: str, sql: SqlFile) -> str:
    head = f"-- Your table of {slot}, in your own names and types; keys, indexes and constraints come after the data.\n"
    return head + sql.text


def _with_contract(variant: Variant, slot: str) -> str:
    """The parent's statement in the schema's names, under what the operation gives and reads."""
    contract = contract_of(slot, variant.identifiers, variant.policy)
    if slot not in variant.queries:
        raise _refused(f"{variant.name} has no use for {slot!r}", "Leave it out of --own")
    return f"-- {slot} {contract}.\n-- Further columns are ignored.\n{variant.queries[slot].text}"


def _write(path: Path, text: str) -> None:
    if path.exists():
        raise _refused(f"{path} is there already", "Delete it, or leave it out of --own")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise _refused(f"{path} cannot be written ({problem.strerror})", "Choose another --directory") from problem


def _refused(fact: str, remedy: str) -> HarnessError:
    error = HarnessError(f"{fact}, so it was not written. {remedy}.")
    error.exit_code = 2
    return error
