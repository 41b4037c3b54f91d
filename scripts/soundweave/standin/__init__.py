"""The embedded stand-in for Freesound: demo, test peer and fault injector.

It answers like the API, from a synthetic catalog or a file. It has no OAuth2, no writing, no
analysis, no descriptors and no similarity vectors.
"""

from soundweave.standin.catalog.catalog import Catalog
from soundweave.standin.catalog.jsonl import load_catalog
from soundweave.standin.catalog.synthetic import synthetic_catalog
from soundweave.standin.faults import Fault
from soundweave.standin.server import StandIn

__all__ = ["Catalog", "Fault", "StandIn", "load_catalog", "synthetic_catalog"]
