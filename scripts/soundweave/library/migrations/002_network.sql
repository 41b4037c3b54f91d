-- The network at full size: membership edges that are updated where sounds changed, similarity
-- edges, and where each sound lies on the map.

-- One row for each sound that is not removed: its edge to its user, and the one to its pack.
DROP TABLE links;
CREATE TABLE links (
    sound_id INTEGER PRIMARY KEY REFERENCES sounds (id),
    user_id  INTEGER NOT NULL REFERENCES users (id),
    pack_id  INTEGER REFERENCES packs (id)
) STRICT;

-- How many edges each hub has, so that pairs are counted without looking at the edges.
CREATE TABLE hubs (
    kind   TEXT NOT NULL CHECK (kind IN ('user', 'pack')),
    hub_id INTEGER NOT NULL,
    size   INTEGER NOT NULL,
    PRIMARY KEY (kind, hub_id)
) STRICT, WITHOUT ROWID;

-- Sounds whose edges are not up to date; kept by the triggers, emptied by the edge job.
CREATE TABLE links_due (
    sound_id INTEGER PRIMARY KEY
) STRICT;
INSERT INTO links_due SELECT id FROM sounds;

CREATE TRIGGER sound_added AFTER INSERT ON sounds
BEGIN
    INSERT INTO links_due VALUES (new.id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER sound_moved AFTER UPDATE OF user_id, pack_id, removed_at ON sounds
WHEN old.user_id IS NOT new.user_id
  OR old.pack_id IS NOT new.pack_id
  OR (old.removed_at IS NULL) IS NOT (new.removed_at IS NULL)
BEGIN
    INSERT INTO links_due VALUES (new.id) ON CONFLICT DO NOTHING;
END;

-- Similarity as Freesound answers it: `source` was asked for, `target` was in its answer.
CREATE TABLE similarities (
    source INTEGER NOT NULL REFERENCES sounds (id),
    target INTEGER NOT NULL REFERENCES sounds (id) CHECK (target != source),
    score  REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
    PRIMARY KEY (source, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX similarities_target ON similarities (target);

-- The score itself is symmetric; an answer cut after its first results is not.
CREATE VIEW similar_pairs AS
SELECT min(source, target) AS low, max(source, target) AS high, max(score) AS score
FROM similarities GROUP BY min(source, target), max(source, target);

-- When a sound was asked for, and how many similar ones there were: 0 is an answer, too.
CREATE TABLE similarity_targets (
    sound_id INTEGER PRIMARY KEY REFERENCES sounds (id),
    asked_at TEXT NOT NULL,
    found    INTEGER NOT NULL
) STRICT;
-- Whom to ask for next (soundweave/similarity.py).
CREATE INDEX similarity_targets_asked ON similarity_targets (asked_at);
CREATE INDEX sounds_popular ON sounds (num_downloads DESC) WHERE removed_at IS NULL;
CREATE INDEX sounds_unpacked ON sounds (user_id, num_downloads)
    WHERE pack_id IS NULL AND removed_at IS NULL;

-- The map: communities as circles, sounds inside them. The unit of length is the room of one
-- sound; a map of n sounds is about 2.4 sqrt(n) across, and 10 000 bounds every coordinate.
CREATE TABLE communities (
    id       INTEGER PRIMARY KEY,       -- stays while most of its sounds stay together
    x        REAL NOT NULL,
    y        REAL NOT NULL,
    radius   REAL NOT NULL,
    size     INTEGER NOT NULL,
    label    TEXT NOT NULL,             -- its most telling tags
    laid_out INTEGER NOT NULL           -- its size when its sounds were last laid out anew
) STRICT;
CREATE TABLE positions (
    sound_id     INTEGER PRIMARY KEY REFERENCES sounds (id),
    x            REAL NOT NULL CHECK (abs(x) <= 10000),
    y            REAL NOT NULL CHECK (abs(y) <= 10000),
    community_id INTEGER NOT NULL REFERENCES communities (id)
) STRICT;

-- With the users in it, a pack of several users is found without a look at its sounds.
DROP INDEX sounds_pack;
CREATE INDEX sounds_pack ON sounds (pack_id, user_id) WHERE pack_id IS NOT NULL;
