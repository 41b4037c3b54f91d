"""Users who change their names: all of their sounds follow as soon as one shows the new name.

A preview's address contains the number of the uploader's account, which survives a change of
name. Without it, only the sounds that were seen again would have the new name.
"""

import re
import sqlite3

from soundweave.freesound.sound import Sound

ACCOUNT = re.compile(r"/\d+(_\d+-hq)\.(?:mp3|ogg)$")
KNOWN = """
    SELECT user_id, coalesce(preview_mp3, preview_ogg) AS preview FROM sounds
    WHERE id = ? AND user_id != ?
"""
MOVE_SOUNDS = """
    UPDATE sounds SET user_id = :new
    WHERE user_id = :old AND instr(coalesce(preview_mp3, preview_ogg, ''), :account)
"""
MOVE_PACKS = """
    UPDATE packs SET user_id = :new
    WHERE user_id = :old AND EXISTS (SELECT 1 FROM sounds WHERE pack_id = packs.id)
      AND NOT EXISTS (SELECT 1 FROM sounds WHERE pack_id = packs.id AND user_id = :old)
"""


def follow(connection: sqlite3.Connection, sound: Sound, user_id: int) -> None:
    """Give `user_id` all sounds and packs of the same account, if a sound shows its new name.

    Call this before the sound itself is saved, in the same transaction.
    """
    account = _account(sound.preview_mp3 or sound.preview_ogg)
    known = connection.execute(KNOWN, (sound.id, user_id)).fetchone() if account else None
    if known is not None and _account(known["preview"]) == account:
        values = {"old": known["user_id"], "new": user_id, "account": account}
        connection.execute(MOVE_SOUNDS, values)
        connection.execute(MOVE_PACKS, values)


def _account(preview: str | None) -> str | None:
    match = ACCOUNT.search(preview or "")
    return match[1] if match else None
