"""Whether this machine's clock agrees with the server's, which dates its answers."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from soundweave.base import times
from soundweave.base.errors import ClockError

TOLERANCE_SECONDS = 86_400


def check(headers: Mapping[str, str]) -> None:
    """Raise ClockError if an answer's Date is more than a day away from this machine's clock.

    With a wrong clock, nothing may be saved: sounds seen in the future are not due for years.
    An answer without a readable Date passes.
    """
    try:
        server = times.stamp(parsedate_to_datetime(headers.get("Date", "")))
    except (ValueError, OverflowError):
        return
    here = times.now()
    if abs((times.parse(here) - times.parse(server)).total_seconds()) > TOLERANCE_SECONDS:
        raise ClockError(
            f"this machine's clock says {here}, but the server's says {server}: the answer is not"
            " used; set the clock"
        )
