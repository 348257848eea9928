"""Times: PostgreSQL's integers and datetimes are the same moments."""

from datetime import UTC, datetime

import pytest

from reference_server.times import NEVER, from_datetime, to_datetime, to_datetime_or_none


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 12, 30, 15, 123456, UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, UTC),
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_a_moment_survives_to_the_microsecond(moment):
    assert to_datetime(from_datetime(moment)) == moment


def test_never_is_1970_and_missing_stays_missing():
    assert to_datetime(NEVER) == datetime(1970, 1, 1, tzinfo=UTC)
    assert to_datetime_or_none(None) is None
