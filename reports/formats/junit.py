"""JUnit XML: a test case for each finding × gate, for CI systems that show tests."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from harness.judging.fail_on import UNRESOLVED, Check, gate_of, hold
from reports.stored_run import Json

#: What XML 1.0 cannot hold.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(name: str, summary: Json, checks: Sequence[Check]) -> bytes:
    """Without gates every primary finding is held against `worse`; an unresolved one is skipped, with its reason."""
    held = checks or (list(hold([gate_of("worse")], summary["findings"])) if _has_primary(summary) else [])
    suite = ET.Element(
        "testsuite",
        name=_plain(f"chatbench {name}"),
        tests=str(len(held)),
        failures=str(sum(check.broken is not None for check in held)),
        skipped=str(sum(_is_skipped(check) for check in held)),
        errors="0",
        timestamp=str(summary["created_at"])[:19],
    )
    for check in held:
        suite.append(_case(check))
    ET.indent(suite)
    return bytes(ET.tostring(suite, encoding="utf-8", xml_declaration=True))


def _has_primary(summary: Json) -> bool:
    return any(gate_of("worse").concerns(finding) for finding in summary["findings"])


def _is_skipped(check: Check) -> bool:
    return check.broken is None and check.finding["verdict"] == UNRESOLVED and check.gate.verdict != UNRESOLVED


def _case(check: Check) -> ET.Element:
    finding = check.finding
    case = ET.Element(
        "testcase",
        classname=_plain(f"{finding['scenario']}.{finding['target']}.{finding['candidate']}"),
        name=_plain(f"{finding['operation']} {finding['metric']}: not {check.gate.text}"),
        time="0",
    )
    if check.broken:
        ET.SubElement(case, "failure", message=_plain(check.broken), type=_plain(check.gate.text))
    elif _is_skipped(check):
        ET.SubElement(case, "skipped", message=_plain(f"unresolved: {finding['why']}"))
    return case


def _plain(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
