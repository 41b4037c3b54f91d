"""The embedded stand-in for Freesound: demo, test peer and fault injector.

It answers like the API over a catalogue, synthetic or from a file. Left out: OAuth2 and writing,
analysis, descriptors, similarity vectors.
"""

from soundweave.standin.catalog.catalog import Catalogue
from soundweave.standin.catalog.jsonl import load_catalogue
from soundweave.standin.catalog.synthetic import synthetic_catalogue
from soundweave.standin.faults import Fault
from soundweave.standin.server import StandIn

__all__ = ["Catalogue", "Fault", "StandIn", "load_catalogue", "synthetic_catalogue"]
