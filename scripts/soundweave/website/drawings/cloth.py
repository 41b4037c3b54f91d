"""The cloth at the top of the page: nights are its warp, licenses its weft.

It depends on the library's numbers only: the same numbers give the same cloth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

WIDTH, HEIGHT = 1600, 224
NIGHTS = 96  # the newest ones; older nights are not drawn
LOOM = 56  # with fewer nights, the cloth leaves room for this many
WEFTS = 18
THICKNESS = 5.6  # of a weft thread
GAP = 2.0  # of space around the thread on top


class Warp(NamedTuple):
    """An upright thread: its center and its width."""

    x: float
    width: float


class Weft(NamedTuple):
    """A cross thread: its color, its center, and the path where it is on top."""

    family: str
    y: float
    over: str
    casing: str


@dataclass(frozen=True)
class Cloth:
    """What the template draws, in viewBox units."""

    width: int
    height: int
    thickness: float
    gap: float
    warps: list[Warp]
    wefts: list[Weft]


def make_cloth(added: Sequence[int], shares: Mapping[str, int]) -> Cloth:
    """Return the cloth of the nights' new sounds, oldest first, and the sounds per license family.

    The width of a warp thread grows with the square root of the night's new sounds. Every family
    that has sounds gets a weft thread; the rest are distributed by share.
    """
    nights = added[-NIGHTS:]
    slot = WIDTH / max(len(nights), LOOM)
    most = max(nights, default=0) or 1
    warps = [
        Warp(round((column + 0.5) * slot, 1), round(2 + (slot * 0.66 - 2) * sqrt(count / most), 1))
        for column, count in enumerate(nights)
    ]
    pitch = HEIGHT / WEFTS
    wefts = [
        _weft(
            family, round((row + 0.5) * pitch, 1), [w for i, w in enumerate(warps) if over(i, row)]
        )
        for row, family in enumerate(_distributed(shares))
    ]
    return Cloth(WIDTH, HEIGHT, THICKNESS, GAP, warps, wefts)


def over(column: int, row: int) -> bool:
    """Whether the weft is on top there: a 2/2 twill, which moves one column in every row."""
    return (column + row) % 4 < 2


def _weft(family: str, y: float, crossed: Sequence[Warp]) -> Weft:
    def path(reach: float) -> str:
        return "".join(
            f"M{w.x - w.width / 2 - reach:.1f} {y}h{w.width + 2 * reach:.1f}" for w in crossed
        )

    return Weft(family, y, over=path(GAP + 1), casing=path(0.5))


def _distributed(shares: Mapping[str, int]) -> list[str]:
    """Return a family per weft thread, by largest remainder, each family spread evenly."""
    families = [family for family, count in shares.items() if count > 0]
    if not families:
        return ["bare"] * WEFTS
    rest, total = WEFTS - len(families), sum(shares[family] for family in families)
    threads = {family: 1 + shares[family] * rest // total for family in families}
    by_remainder = sorted(families, key=lambda family: -(shares[family] * rest % total))
    for family in by_remainder[: WEFTS - sum(threads.values())]:
        threads[family] += 1
    positions = [((i + 0.5) / n, family) for family, n in threads.items() for i in range(n)]
    return [family for _, family in sorted(positions)]
