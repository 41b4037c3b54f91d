"""The embedded stand-in for Freesound: demo, test peer and fault injector.

It answers like the API, from a synthetic catalog or a file. It has no OAuth2, no writing, no
analysis, no descriptors and no similarity vectors.
"""

from soundweave.standin.catalog.catalog import Catalogue
from soundweave.standin.catalog.jsonl import load_catalogue
from soundweave.standin.catalog.synthetic import synthetic_catalogue
from soundweave.standin.faults import Fault
from soundweave.standin.server import StandIn

__all__ = ["Catalogue", "Fault", "StandIn", "load_catalogue", "synthetic_catalogue"]
