"""The API's quota: two windows that slide, per key."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable

MINUTE, DAY = 60.0, 86_400.0
SUSPENDED = "Request was throttled because the ApiV2 credential has been suspended"


class Throttle:
    """Counts accepted requests per key; None as a limit is no limit, 0 a suspended key."""

    def __init__(
        self, per_minute: int | None, per_day: int | None, clock: Callable[[], float]
    ) -> None:
        self._windows = (("minute", MINUTE, per_minute), ("day", DAY, per_day))
        self._clock = clock
        self._lock = threading.Lock()
        self._times: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def refuse(self, key: str) -> str | None:
        """Count a request and return None, or return the text of its refusal.

        The minute is looked at first: a request it refuses is in no window, one that the day
        refuses already stands in the minute's.
        """
        with self._lock:
            now = self._clock()
            for name, length, limit in self._windows:
                if limit is None:
                    continue
                times = self._times[key, name]
                while times and times[0] <= now - length:
                    times.popleft()
                if len(times) >= limit:
                    return refusal(name, limit)
                times.append(now)
        return None


def refusal(window: str, limit: int) -> str:
    """Return the `detail` of a 429: the only place that tells which window is full."""
    if limit == 0:
        return SUSPENDED
    return f"Request was throttled because of exceeding a request limit rate ({limit}/{window})"
