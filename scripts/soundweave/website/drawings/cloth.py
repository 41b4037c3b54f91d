"""The cloth at the top of the page: nights are its warp, licences its weft.

The picture follows from the library's numbers alone: the same numbers give the same cloth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

WIDTH, HEIGHT = 1600, 224
NIGHTS = 96  # the newest ones; an older night has left the loom
LOOM = 56  # a younger cloth fills this many places only so far as it has nights
WEFTS = 18
THICKNESS = 5.6  # of a weft thread
GAP = 2.0  # of air around the thread that lies on top


class Warp(NamedTuple):
    """An upright thread: its middle and its width."""

    x: float
    width: float


class Weft(NamedTuple):
    """A cross thread: its colour, its middle, and the path where it lies on top."""

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


def weave(added: Sequence[int], shares: Mapping[str, int]) -> Cloth:
    """Return the cloth of the nights' new sounds, oldest first, and the sounds per licence family.

    A warp thread's area grows with what its night added (its width with the root); every family
    that has sounds has a weft thread, and the rest are dealt out by share.
    """
    nights = added[-NIGHTS:]
    slot = WIDTH / max(len(nights), LOOM)
    most = max(nights, default=0) or 1
    warps = [
        Warp(round((place + 0.5) * slot, 1), round(2 + (slot * 0.66 - 2) * sqrt(count / most), 1))
        for place, count in enumerate(nights)
    ]
    pitch = HEIGHT / WEFTS
    wefts = [
        _weft(
            family, round((row + 0.5) * pitch, 1), [w for i, w in enumerate(warps) if over(i, row)]
        )
        for row, family in enumerate(_dealt(shares))
    ]
    return Cloth(WIDTH, HEIGHT, THICKNESS, GAP, warps, wefts)


def over(column: int, row: int) -> bool:
    """Tell whether the weft lies on top there: a 2/2 twill, which steps one aside in every row."""
    return (column + row) % 4 < 2


def _weft(family: str, y: float, crossed: Sequence[Warp]) -> Weft:
    def path(reach: float) -> str:
        return "".join(
            f"M{w.x - w.width / 2 - reach:.1f} {y}h{w.width + 2 * reach:.1f}" for w in crossed
        )

    return Weft(family, y, over=path(GAP + 1), casing=path(0.5))


def _dealt(shares: Mapping[str, int]) -> list[str]:
    """Return a family per weft thread, by largest remainder, each family spread evenly."""
    families = [family for family, count in shares.items() if count > 0]
    if not families:
        return ["bare"] * WEFTS
    spare, total = WEFTS - len(families), sum(shares[family] for family in families)
    threads = {family: 1 + shares[family] * spare // total for family in families}
    by_remainder = sorted(families, key=lambda family: -(shares[family] * spare % total))
    for family in by_remainder[: WEFTS - sum(threads.values())]:
        threads[family] += 1
    places = [((i + 0.5) / n, family) for family, n in threads.items() for i in range(n)]
    return [family for _, family in sorted(places)]
