"""The pool of candidates: any `concurrent.futures.Executor`.

The process pool is Pebble's: if a worker hangs or is killed, only its own task is lost, while the
standard library's pool breaks as a whole.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.context import ForkContext, ForkServerContext
from typing import Any, TypeVar

from pebble import ProcessPool

from soundweave.base import runner, second_process
from soundweave.base.errors import ConfigError

Result = TypeVar("Result")

PRELOAD = ["soundweave.translation.running.worker"]


@contextmanager
def pool(kind: str, workers: int, dask_scheduler: str = "") -> Iterator[Executor]:
    """Open a pool of `workers`: process, thread or dask; drops tasks still running at the end.

    Raises ConfigError if Dask is requested but not installed.
    """
    if kind == "dask":
        with _dask(workers, dask_scheduler) as executor:
            yield executor
        return
    executor = ProcessExecutor(workers) if kind == "process" else ThreadPoolExecutor(workers)
    try:
        yield executor
    finally:
        executor.shutdown(wait=kind == "process", cancel_futures=True)


class ProcessExecutor(Executor):
    """Pebble's process pool as an Executor; canceling a future kills the worker that runs it."""

    def __init__(self, workers: int) -> None:
        self._pool = ProcessPool(max_workers=workers, initializer=_start_worker, context=_Context())

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> "Future[Result]":
        """Run fn(*args, **kwargs) in a worker."""
        future: Future[Result] = self._pool.schedule(fn, args=args, kwargs=kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the standard library's signature
        """End the workers; with `cancel_futures`, in the middle of their tasks."""
        if cancel_futures:
            self._pool.stop()
        else:
            self._pool.close()
        if wait:
            self._pool.join()


class _Context(ForkServerContext):
    """Forks while that is safe, before any thread runs, and uses a fork server later.

    Forking saves a quarter of a second. A worker that replaces another one starts while the pool's
    threads run, and a fork could copy a lock that they hold.
    """

    def Process(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]  # noqa: N802 - the standard library's name, a class there
        if threading.active_count() == 1:
            return ForkContext().Process(*args, **kwargs)
        self.set_forkserver_preload(PRELOAD)
        return super().Process(*args, **kwargs)


def _start_worker() -> None:
    # Ctrl-C reaches the whole process group; only the parent handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    runner.guard()  # a worker of the fork server inherits no streams
    second_process.end_with_parent()


@contextmanager
def _dask(workers: int, scheduler: str) -> Iterator[Executor]:
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415 - an optional requirement
    except ImportError as error:
        raise ConfigError("the executor dask needs a package: pip install distributed") from error
    if scheduler:
        with Client(scheduler) as client:
            yield client.get_executor()
        return
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client.get_executor()
