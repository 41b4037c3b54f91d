"""Whether this machine's clock agrees with the server's, which dates its answers."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from soundweave.base import times
from soundweave.base.errors import ClockError

TOLERANCE_SECONDS = 86_400


def agrees(headers: Mapping[str, str]) -> bool:
    """Whether an answer's Date confirms this machine's clock; without a readable Date, it is false.

    Raises ClockError if they are more than a day apart: with a wrong clock, nothing may be saved,
    because sounds seen in the future are not due for years.
    """
    try:
        server = times.stamp(parsedate_to_datetime(headers.get("Date", "")))
    except (ValueError, OverflowError):
        return False
    here = times.now()
    if abs((times.parse(here) - times.parse(server)).total_seconds()) > TOLERANCE_SECONDS:
        raise ClockError(
            f"this machine's clock says {here}, but the server's says {server}: the answer is not"
            " used; set the clock"
        )
    return True
