"""The embedded stand-in for Freesound: the API of a catalog on 127.0.0.1."""

import threading
import time
from collections.abc import Callable, Collection

from soundweave.standin.catalog.catalog import Catalog
from soundweave.standin.faults import Fault
from soundweave.standin.pipeline import Entry, Pipeline
from soundweave.standin.transport import Transport


class StandIn:
    """A server for a catalog, as a context manager; port 0 takes any free one.

    `keys` are the valid API keys; None accepts anything that looks like a key. The limits are
    requests per key (None: no limit, 0: suspended), measured with `clock`, which gives Unix
    seconds. Raises ConfigError if the port is taken.
    """

    def __init__(
        self,
        catalog: Catalog,
        port: int = 0,
        requests_per_minute: int | None = 60,
        requests_per_day: int | None = 2000,
        keys: Collection[str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.catalog = catalog
        self._transport = Transport(port)
        self.root = f"http://127.0.0.1:{self._transport.server_port}/"
        self.base_url = f"{self.root}apiv2/"
        limits = (requests_per_minute, requests_per_day)
        self._pipeline = Pipeline(catalog, self.root, limits, keys, clock)
        self._transport.answer = self._pipeline.answer
        self._thread: threading.Thread | None = None

    @property
    def log(self) -> list[Entry]:
        """A snapshot of the requests answered so far, in order."""
        return self._pipeline.entries()

    def add_fault(self, fault: Fault) -> None:
        """Arm a fault from the next request on."""
        self._pipeline.faults.add(fault)

    def clear_faults(self) -> None:
        """Disarm all faults."""
        self._pipeline.faults.clear()

    def start(self) -> None:
        """Start answering in a thread."""
        self._thread = threading.Thread(
            target=self._transport.serve_forever, args=(0.05,), name="stand-in", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop answering and free the port; a request that hangs does not delay it."""
        self._transport.closing.set()
        if self._thread is not None:
            self._transport.shutdown()
            self._thread.join()
            self._thread = None
        self._transport.server_close()

    def __enter__(self) -> "StandIn":
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
