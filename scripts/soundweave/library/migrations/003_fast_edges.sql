-- Edges that are drawn faster: what they are made of stays as it was.

-- A copy of what the sounds say, whose own references are enforced. Looking them up again for each
-- edge took longer than all the rest.
CREATE TABLE new_links (
    sound_id INTEGER PRIMARY KEY,
    user_id  INTEGER NOT NULL,
    pack_id  INTEGER
) STRICT;
INSERT INTO new_links SELECT sound_id, user_id, pack_id FROM links ORDER BY sound_id;
DROP TABLE links;
ALTER TABLE new_links RENAME TO links;

-- One table for each kind, whose rows are found by their number alone.
CREATE TABLE user_hubs (
    hub_id INTEGER PRIMARY KEY,
    size   INTEGER NOT NULL
) STRICT;
CREATE TABLE pack_hubs (
    hub_id INTEGER PRIMARY KEY,
    size   INTEGER NOT NULL
) STRICT;
INSERT INTO user_hubs SELECT hub_id, size FROM hubs WHERE kind = 'user' ORDER BY hub_id;
INSERT INTO pack_hubs SELECT hub_id, size FROM hubs WHERE kind = 'pack' ORDER BY hub_id;
DROP TABLE hubs;
CREATE VIEW hubs (kind, hub_id, size) AS
SELECT 'user', hub_id, size FROM user_hubs UNION ALL SELECT 'pack', hub_id, size FROM pack_hubs;

-- With what the sounds have now, so that a night need not look at them again.
DROP TRIGGER sound_added;
DROP TRIGGER sound_moved;
CREATE TABLE new_due (
    sound_id INTEGER PRIMARY KEY,
    user_id  INTEGER,               -- NULL: removed, its edges have to go
    pack_id  INTEGER
) STRICT;
INSERT INTO new_due
SELECT sound_id, user_id, pack_id
FROM links_due LEFT JOIN sounds ON id = sound_id AND removed_at IS NULL ORDER BY sound_id;
DROP TABLE links_due;
ALTER TABLE new_due RENAME TO links_due;

CREATE TRIGGER sound_added AFTER INSERT ON sounds
BEGIN
    INSERT INTO links_due VALUES (
        new.id,
        CASE WHEN new.removed_at IS NULL THEN new.user_id END,
        CASE WHEN new.removed_at IS NULL THEN new.pack_id END
    )
    ON CONFLICT DO UPDATE SET user_id = excluded.user_id, pack_id = excluded.pack_id;
END;
CREATE TRIGGER sound_moved AFTER UPDATE OF user_id, pack_id, removed_at ON sounds
WHEN old.user_id IS NOT new.user_id
  OR old.pack_id IS NOT new.pack_id
  OR (old.removed_at IS NULL) IS NOT (new.removed_at IS NULL)
BEGIN
    INSERT INTO links_due VALUES (
        new.id,
        CASE WHEN new.removed_at IS NULL THEN new.user_id END,
        CASE WHEN new.removed_at IS NULL THEN new.pack_id END
    )
    ON CONFLICT DO UPDATE SET user_id = excluded.user_id, pack_id = excluded.pack_id;
END;

-- The list that took its place (soundweave/mixed_packs.py) has other packs in it.
DELETE FROM meta WHERE key = 'mixed_packs';
