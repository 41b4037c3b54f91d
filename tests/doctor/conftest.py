from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doctor.set_up import SetUp, healthy


@pytest.fixture
def set_up(tmp_path: Path) -> Iterator[SetUp]:
    with healthy(tmp_path) as result:
        yield result
