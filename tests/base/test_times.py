from datetime import UTC, datetime, timedelta

from soundweave.base import times


def test_a_time_without_an_offset_is_utc():
    assert times.parse("2025-01-01T00:00:00") == datetime(2025, 1, 1, tzinfo=UTC)
    assert times.parse("2025-01-01T01:00:00+01:00").utcoffset() == timedelta(0)
    assert times.parse_or_none("0001-01-01T00:00:00+14:00") is None
    assert times.parse_or_none("yesterday") is None
