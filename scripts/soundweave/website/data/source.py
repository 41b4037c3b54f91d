"""What the pages and files of the sounds are made of: one snapshot of the library."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from soundweave.website.data.catalog import Catalogue
from soundweave.website.data.groups import Groups


@dataclass(frozen=True)
class Source:
    """A snapshot's sounds, the groups that have a page, and where previews may come from.

    `reader` is the snapshot that the catalogue was read from: for what the catalogue leaves out.
    `media` are origins, as previews.origins returns them.
    """

    catalogue: Catalogue
    groups: Groups
    reader: sqlite3.Connection
    media: Sequence[str]
