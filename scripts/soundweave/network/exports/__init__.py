"""The network in other tools' formats, written row by row: no graph object, no size limit."""

from soundweave.network.exports.view import VIEWS
from soundweave.network.exports.writing import FORMATS, export

__all__ = ["FORMATS", "VIEWS", "export"]
