import json
from pathlib import Path

from soundweave.validation import histories

LINE = {
    "mode": "newest",
    "stopped": "complete",
    "duration_seconds": 1,
    **dict.fromkeys(("edges", "users", "packs", "added", "removed", "requests"), 0),
}
FUTURE = "2026-06-01T00:00:00Z"


def test_a_line_with_a_wrong_date_stays_in_its_place(tmp_path: Path) -> None:
    days = ["2026-01-02", "2027-01-03", "2026-01-01", "1999-01-04", "2026-01-05"]
    path = tmp_path / "history"
    lines = [
        LINE | {"timestamp": f"{day}T00:00:00Z", "nodes": n} for n, day in enumerate(days, start=1)
    ]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    good = histories.read(path, "metrics", lambda _: True, FUTURE).good
    assert [line.number for line in good] == [3, 4, 1, 2, 5]
