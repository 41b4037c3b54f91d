"""The pages of a long list: their numbers, and the links from one to others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

AROUND = 2  # pages on both sides of the current one that are linked by number


@dataclass(frozen=True)
class Pager:
    """Page `current` of `last`, counted from 1; `path` returns the path of a page."""

    current: int
    last: int
    path: Callable[[int], str]

    @property
    def previous(self) -> str | None:
        """The path of the previous page, if there is one."""
        return self.path(self.current - 1) if self.current > 1 else None

    @property
    def next(self) -> str | None:
        """The path of the next page, if there is one."""
        return self.path(self.current + 1) if self.current < self.last else None

    @property
    def numbers(self) -> list[int | None]:
        """The pages to link: the first, the nearest, the last; None where some are left out."""
        near = range(self.current - AROUND, self.current + AROUND + 1)
        linked = sorted({1, *(page for page in near if 1 <= page <= self.last), self.last})
        numbers: list[int | None] = []
        for page in linked:
            if numbers and page - (numbers[-1] or 0) == 2:
                numbers.append(page - 1)  # a gap of one page is the page itself
            elif numbers and page - (numbers[-1] or 0) > 2:
                numbers.append(None)
            numbers.append(page)
        return numbers


def pages(total: int, page_size: int, path: Callable[[int], str]) -> Iterator[tuple[Pager, slice]]:
    """Yield the pager of each page and its part of the list; an empty list has one page."""
    last = max(1, -(-total // page_size))
    for number in range(1, last + 1):
        yield Pager(number, last, path), slice((number - 1) * page_size, number * page_size)
