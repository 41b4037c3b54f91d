"""The progress marks: when 33, 67 and 100 % of the candidates are done, for any number of them."""

THIRDS = {1: 33, 2: 67, 3: 100}


def mark(done: int, total: int) -> int | None:
    """Return the mark that is reached when `done` of `total` are done, None between marks.

    Mark k of three is reached at ceil(total * k / 3). If two coincide, the higher one counts:
    one candidate gives 100; two give 33 and 100; four give 33, 67 and 100 after 2, 3 and 4.
    """
    reached = [label for third, label in THIRDS.items() if done == -(-total * third // 3)]
    return max(reached, default=None)
