"""What every place that keeps a library has to bring back."""

from pathlib import Path

from soundweave.library import database

# What a rebuild brings back: similarities and the times of a night are collected again.
CONTENTS = {
    "sounds": "SELECT sounds.id, sounds.name, username, pack_id, license, created, duration, type,"
    " tags, num_downloads, preview_mp3, preview_ogg, first_seen, removed_at"
    " FROM sounds JOIN users ON users.id = sounds.user_id ORDER BY 1",
    "packs": "SELECT packs.id, name, username FROM packs JOIN users ON users.id = user_id"
    " ORDER BY 1",
    "links": "SELECT sound_id, username, pack_id FROM links JOIN users ON users.id = user_id"
    " ORDER BY 1",
    "pack_hubs": "SELECT * FROM pack_hubs ORDER BY 1",
    "identity": "SELECT value FROM meta WHERE key = 'library_id'",
}


def contents(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What every tier has to bring back."""
    with database.snapshot(folder) as reader:
        return {name: [tuple(row) for row in reader.execute(sql)] for name, sql in CONTENTS.items()}
