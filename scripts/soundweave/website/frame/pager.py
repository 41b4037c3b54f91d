"""The pages of a long list: their numbers, and the links from one to others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

AROUND = 2  # pages on both sides of the current one that are linked by number


@dataclass(frozen=True)
class Pager:
    """Page `current` of `last`, counted from 1; `path` tells where a page is."""

    current: int
    last: int
    path: Callable[[int], str]

    @property
    def previous(self) -> str | None:
        """The path of the page before, if there is one."""
        return self.path(self.current - 1) if self.current > 1 else None

    @property
    def next(self) -> str | None:
        """The path of the page after, if there is one."""
        return self.path(self.current + 1) if self.current < self.last else None

    @property
    def numbers(self) -> list[int | None]:
        """The pages to link: the first, those around, the last; None where some are left out."""
        near = range(self.current - AROUND, self.current + AROUND + 1)
        kept = sorted({1, *(page for page in near if 1 <= page <= self.last), self.last})
        found: list[int | None] = []
        for page in kept:
            if found and page - (found[-1] or 0) == 2:
                found.append(page - 1)  # a gap of one page is the page itself
            elif found and page - (found[-1] or 0) > 2:
                found.append(None)
            found.append(page)
        return found


def pages(total: int, each: int, path: Callable[[int], str]) -> Iterator[tuple[Pager, slice]]:
    """Yield the pager of each page and the part of the list that is on it; one page of nothing."""
    last = max(1, -(-total // each))
    for number in range(1, last + 1):
        yield Pager(number, last, path), slice((number - 1) * each, number * each)
