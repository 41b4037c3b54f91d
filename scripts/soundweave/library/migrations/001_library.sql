-- The library: what is known of Freesound's sounds, and what this collector still has to do.
-- Times are UTC, to the second, with Z: 2014-04-16T20:07:11Z.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id       INTEGER PRIMARY KEY,
    username TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE packs (
    id           INTEGER PRIMARY KEY,   -- Freesound's
    name         TEXT NOT NULL,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    completed_at TEXT,                  -- when its whole list was last read; NULL: not yet
    gone_at      TEXT                   -- when Freesound no longer knew it
) STRICT;

CREATE TABLE sounds (
    id            INTEGER PRIMARY KEY,  -- Freesound's
    name          TEXT NOT NULL,
    user_id       INTEGER NOT NULL REFERENCES users (id),
    pack_id       INTEGER REFERENCES packs (id),
    license       TEXT NOT NULL,        -- the deed's URL
    created       TEXT NOT NULL,        -- when it was uploaded, not when it was approved
    duration      REAL NOT NULL,        -- seconds
    type          TEXT NOT NULL,        -- wav, ogg, ...
    tags          TEXT NOT NULL,        -- JSON list of strings
    num_downloads INTEGER NOT NULL,
    preview_mp3   TEXT,                 -- URLs as the API gave them
    preview_ogg   TEXT,
    first_seen    TEXT NOT NULL,
    last_seen     TEXT NOT NULL,
    removed_at    TEXT                  -- when Freesound no longer knew it
) STRICT;

CREATE INDEX sounds_user ON sounds (user_id);
CREATE INDEX sounds_pack ON sounds (pack_id) WHERE pack_id IS NOT NULL;
CREATE INDEX sounds_created ON sounds (created);
CREATE INDEX sounds_last_seen ON sounds (last_seen) WHERE removed_at IS NULL;

-- Membership edges: a sound and the hub (user or pack) it belongs to. Same-user and same-pack
-- pairs are the square of these, so they are counted and projected, never stored.
CREATE TABLE links (
    kind     TEXT NOT NULL CHECK (kind IN ('user', 'pack')),
    hub_id   INTEGER NOT NULL,
    sound_id INTEGER NOT NULL REFERENCES sounds (id),
    PRIMARY KEY (kind, hub_id, sound_id)
) STRICT, WITHOUT ROWID;

-- The quota ledger: Freesound's limits are sliding windows that no endpoint tells.
CREATE TABLE requests (
    id     INTEGER PRIMARY KEY,
    at     REAL NOT NULL,               -- Unix time, seconds
    path   TEXT NOT NULL,
    status INTEGER                      -- NULL: no answer arrived
) STRICT;

CREATE INDEX requests_at ON requests (at);

CREATE TABLE cursors (
    name  TEXT PRIMARY KEY,             -- the walk it belongs to
    state TEXT NOT NULL                 -- JSON
) STRICT, WITHOUT ROWID;
