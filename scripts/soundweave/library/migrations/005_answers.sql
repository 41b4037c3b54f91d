-- What single answers must not decide, and what authors say about their sounds.

-- The sounds that a walk through a search's results has read, to compare with their number.
CREATE TABLE found (
    walk     TEXT NOT NULL,             -- the name of its cursor
    sound_id INTEGER NOT NULL,
    PRIMARY KEY (walk, sound_id)
) STRICT, WITHOUT ROWID;

-- The sounds that search did not return when it was asked for them by id.
CREATE TABLE missing (
    sound_id   INTEGER PRIMARY KEY REFERENCES sounds (id),
    nights     INTEGER NOT NULL,        -- in a row
    checked_at TEXT NOT NULL
) STRICT;

-- NULL: collected before these were, or not answered.
ALTER TABLE sounds ADD COLUMN is_explicit INTEGER;     -- 0 or 1
ALTER TABLE sounds ADD COLUMN gen_ai_preference TEXT;  -- the author's wish, as Freesound names it
