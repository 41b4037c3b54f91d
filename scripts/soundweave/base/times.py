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
    """Read an ISO 8601 time as UTC, also without an offset; raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is out of range") from error


def parse_or_none(text: str) -> datetime | None:
    """Read a time like `parse`; None when it is not one."""
    try:
        return parse(text)
    except ValueError:
        return None


def before(text: str, *, days: float) -> str:
    """The stamp `days` days before another one."""
    return stamp(parse(text) - timedelta(days=days))
