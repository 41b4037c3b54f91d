"""What tests of the translation runner share."""

import os
from collections.abc import Iterator
from types import ModuleType

import pytest

from soundweave.translation import settings
from soundweave.translation.engines import apertium as engine


@pytest.fixture(scope="session")
def apertium() -> Iterator[ModuleType]:
    """Apertium with every route of config/pipeline.yaml; it may be missing on a laptop."""
    routes = settings.load(environ={})[0].apertium.routes.values()
    lacking = {name for chain in routes for route in chain for name in engine.missing(route)}
    if lacking:
        command = f"apt-get install --no-install-recommends {' '.join(sorted(lacking))}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            f"Apertium is missing: {command}"
        )
    yield engine
    engine.close()
