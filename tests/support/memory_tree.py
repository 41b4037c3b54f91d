"""A site's folder in memory."""

from pathlib import Path

from soundweave.website.frame.tree import Tree


class MemoryTree(Tree):
    """Stands in for the site's folder; `files` is what was written, by path."""

    def __init__(self) -> None:
        super().__init__(Path(), Path())
        self.files: dict[str, str | bytes] = {}

    def write(self, path: str, content: str | bytes) -> None:
        self.files[path] = content
