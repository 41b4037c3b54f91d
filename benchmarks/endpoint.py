"""A slow chat endpoint on this machine, in a process of its own.

python -m benchmarks.endpoint --seconds 1 --spread 0.3 --errors 0.05
"""

import argparse
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.translation.chat_server import ChatServer, Fault, ReceivedRequest, status


@contextmanager
def endpoint(*, seconds: float, spread: float = 0.0, errors: float = 0.0) -> Iterator[str]:
    """Run an endpoint for the block; yields its base URL.

    An answer takes `seconds` in the median, log-normal with sigma `spread`; `errors` is the share
    of requests that are answered with 500. All of it is seeded.
    """
    flags = {"seconds": seconds, "spread": spread, "errors": errors}
    words = [word for name, value in flags.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "benchmarks.endpoint", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("seconds", "spread", "errors"):
        parser.add_argument(f"--{name}", type=float, default=0.0)
    args = parser.parse_args()
    generator = random.Random(1)

    def fault(_: ReceivedRequest) -> Fault:
        if generator.random() < args.errors:
            return status(500)
        return Fault("slow", seconds=args.seconds * generator.lognormvariate(0, args.spread))

    with ChatServer(choose=fault) as server:
        print(server.base_url, flush=True)
        server.stopping.wait()


if __name__ == "__main__":
    main()
