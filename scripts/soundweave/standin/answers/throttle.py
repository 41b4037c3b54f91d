"""The API's quota: two sliding windows per key."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable

MINUTE, DAY = 60.0, 86_400.0


class Throttle:
    """Counts accepted requests per key; a limit of None is no limit, 0 is a suspended key."""

    def __init__(
        self, per_minute: int | None, per_day: int | None, clock: Callable[[], float]
    ) -> None:
        self._windows = (("minute", MINUTE, per_minute), ("day", DAY, per_day))
        self._clock = clock
        self._lock = threading.Lock()
        self._times: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def refuse(self, key: str) -> str | None:
        """Count a request and return None, or return why it is refused.

        The minute is checked first: a request that it refuses counts nowhere; one that the day
        refuses has already been counted in the minute.
        """
        with self._lock:
            now = self._clock()
            for name, seconds, limit in self._windows:
                if limit is None:
                    continue
                times = self._times[key, name]
                while times and times[0] <= now - seconds:
                    times.popleft()
                if len(times) >= limit:
                    return refusal(name, limit)
                times.append(now)
        return None


def refusal(window: str, limit: int) -> str:
    """The `detail` of a 429: the only place that says which window is full."""
    if limit == 0:
        return "Request was throttled because the ApiV2 credential has been suspended"
    return f"Request was throttled because of exceeding a request limit rate ({limit}/{window})"
