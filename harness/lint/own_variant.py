"""The schema of a variant, audited on a clone of its snapshot after its own use cases have asked everything once."""

import secrets
from dataclasses import replace

from datasets.manifest import Manifest
from harness.evidence.probe import probe_writes
from harness.evidence.questions import Question, record_reads
from harness.lint.audit import Audit, audit
from harness.lint.mapping import Operation
from harness.seeding.databases import Mark, clone_database, drop_database
from harness.seeding.snapshots import Snapshot
from harness.stack.stack import Stack
from reference_server.variant import load_variant


async def audit_variant(stack: Stack, snapshot: Snapshot, manifest: Manifest, *, analyze: bool) -> Audit:
    """Reads in each stratum, then some hundred sends and what follows them; then it is looked at like any other."""
    clone = f"chatbench_audit_{secrets.token_hex(4)}"
    await clone_database(stack.postgres.admin_dsn, snapshot.database, clone, Mark(role="trial", facts={}))
    dsn, redis, variant = stack.postgres.dsn(clone), stack.redis.url(0), load_variant(snapshot.variant)
    try:
        asked = await record_reads(dsn, redis, variant, manifest.dataset, manifest.strata)
        _, writes = await probe_writes(dsn, redis, variant, manifest.dataset, manifest.strata)
        operations = [_operation(question) for question in [*asked.asked, *writes]]
        return replace(await audit(dsn, operations, analyze=analyze), extends=snapshot.variant)
    finally:
        await drop_database(stack.postgres.admin_dsn, clone)


def _operation(question: Question) -> Operation:
    return Operation(name=f"{question.slot} ({question.stratum})", sql=question.sql, parameters=question.arguments)
