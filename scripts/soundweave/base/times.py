"""Times are UTC, to the second, with Z, everywhere: they sort as text."""

from datetime import UTC, datetime, timedelta


def now() -> str:
    """Return this second."""
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """Return a moment as `2014-04-16T20:07:11Z`; one without a zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime:
    """Read a stamp; raises ValueError when it is none."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def before(text: str, *, days: float) -> str:
    """Return the stamp `days` days before another one."""
    return stamp(parse(text) - timedelta(days=days))
