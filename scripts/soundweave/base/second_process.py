"""A forked process for a share of the work: it sees all that was read before, without a copy."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from soundweave.base.errors import SoundweaveError

Result = TypeVar("Result")


@contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Let `work` run beside the block, which gets a function that waits for its result.

    With one core, or on systems where forking is not safe, that function does the work. It raises
    what the work raises. A block that fails or is interrupted ends the process.
    """
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1:
        yield work
        return
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_work, args=(work, sender))
    process.start()
    sender.close()
    try:
        yield partial(_wait, receiver)
    finally:
        process.kill()
        process.join()
        receiver.close()


def end_with_parent() -> None:
    """Let this process of `multiprocessing` end when its parent ends, however that happens."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _work(work: Callable[[], object], sender: Connection) -> None:
    # Ctrl-C reaches the whole process group; only the parent handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    gc.freeze()  # the collector would write to what was read before, and so copy it
    try:
        result, error = work(), None
    except Exception as raised:  # noqa: BLE001 - the parent raises it
        raised.add_note(f"In the second process:\n{traceback.format_exc()}")
        result, error = None, raised
    try:
        sender.send((result, error))
    except Exception as problem:  # noqa: BLE001 - what the work raised cannot be sent
        sender.send((None, RuntimeError(f"{error!r} ({problem})")))


def _wait(receiver: Connection) -> Any:
    try:
        result, error = receiver.recv()
    except EOFError:
        raise SoundweaveError("the second process died; is the machine out of memory?") from None
    if error:
        raise error
    return result


def _end_with(parent: Any) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGKILL)
