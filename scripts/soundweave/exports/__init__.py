"""The network in other tools' formats, written row by row: no graph object, no size limit."""

from soundweave.exports.network import VIEWS
from soundweave.exports.writing import FORMATS, export

__all__ = ["FORMATS", "VIEWS", "export"]
