"""Times are in UTC, to the second, and end in Z, so that they sort as text."""

from datetime import UTC, datetime, timedelta


def now() -> str:
    """The current time as a stamp."""
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """Format a moment as `2014-04-16T20:07:11Z`; without a time zone it counts as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime:
    """Read a stamp; raises ValueError if `text` is not one."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def before(text: str, *, days: float) -> str:
    """The stamp `days` days before another one."""
    return stamp(parse(text) - timedelta(days=days))
