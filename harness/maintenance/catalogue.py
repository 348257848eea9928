"""Which jobs there are, in the order in which they are done."""

from collections.abc import Sequence

from harness.maintenance.errors import UnknownJob
from harness.maintenance.job import Job
from harness.maintenance.jobs import (
    add_next_month,
    archive_wal,
    delete_user,
    dump_and_restore,
    redis_aof,
    redis_rdb,
    reindex_page,
    remove_old_messages,
    vacuum,
)

#: What only copies comes first: removing changes what there is to copy, and VACUUM and REINDEX follow what they tidy.
JOBS: tuple[Job, ...] = (
    redis_rdb.JOB,
    redis_aof.JOB,
    dump_and_restore.JOB,
    archive_wal.JOB,
    add_next_month.JOB,
    delete_user.JOB,
    remove_old_messages.JOB,
    vacuum.JOB,
    reindex_page.JOB,
)


def chosen_jobs(names: Sequence[str] | None) -> tuple[Job, ...]:
    """All, or those named, in the order in which they are done. Raises UnknownJob."""
    known = [job.name for job in JOBS]
    if unknown := [name for name in names or () if name not in known]:
        raise UnknownJob(
            f"There is no maintenance job {', '.join(unknown)}. Nothing was started. Choose among: {', '.join(known)}."
        )
    return tuple(job for job in JOBS if not names or job.name in names)
