"""Ways to corrupt a library or its files: what was done, the check that says so, and where."""

from soundweave.validation import text_columns
from tests.validation.damaged import (
    Damage,
    in_hours,
    loose,
    milestone,
    night,
    overwrite_page,
    raw,
    sound,
    sql,
    tear,
)

Corruption = tuple[Damage, str, str]

STORAGE: dict[str, Corruption] = {
    "half a file": (tear, "library", "library.db"),
    "nonsense in a page": (overwrite_page, "integrity", "library.db"),
    "a table of someone else": (sql("CREATE TABLE extra (x)"), "schema", "extra"),
    "a missing index": (sql("DROP INDEX sounds_user"), "schema", "sounds_user"),
    "a missing trigger": (sql("DROP TRIGGER sound_added"), "schema", "sound_added"),
    "a table that takes anything": (sql(*loose("packs")), "schema", "packs"),
    "an index of nothing": (
        sql(
            "CREATE INDEX empty ON sounds (created) WHERE false",
            "UPDATE sqlite_master SET sql ="
            " (SELECT sql FROM sqlite_master WHERE name = 'sounds_created') WHERE name = 'empty'",
            "DELETE FROM sqlite_master WHERE name = 'sounds_created'",
            "UPDATE sqlite_master SET name = 'sounds_created' WHERE name = 'empty'",
            "PRAGMA writable_schema = RESET",
        ),
        "indexes",
        "sounds_created",
    ),
    "a sound of nobody": (sound(9, "user_id", "99"), "foreign_keys", "sound 9"),
    "a missing pack": (sql("DELETE FROM packs WHERE id = 3"), "foreign_keys", "sound 3"),
    "a pack of nobody": (
        sql("UPDATE packs SET user_id = 99 WHERE id = 2"),
        "foreign_keys",
        "pack 2",
    ),
    "a line that is not JSON": (raw("metrics.jsonl", b"{]\n"), "damaged_histories", "line 3"),
    "a line that is not an object": (raw("metrics.jsonl", b"[1]\n"), "damaged_histories", "line 3"),
    "a line that is not UTF-8": (
        raw("milestones.jsonl", b'{"a": "\xff"}\n'),
        "damaged_histories",
        "milestones.jsonl, line 2",
    ),
    "a line of brackets": (
        raw("metrics.jsonl", b"[" * 100_000 + b"\n"),
        "damaged_histories",
        "line 3",
    ),
    "half a line": (raw("metrics.jsonl", b'{"timest'), "torn_histories", "line 3"),
    "half a milestone": (raw("milestones.jsonl", b'{"ti'), "torn_histories", "milestones.jsonl"),
}
RECORDS: dict[str, Corruption] = {
    "no name": (sound(7, "name", "''"), "required_fields", "sound 7"),
    "a name of spaces": (
        sound(7, "name", "char(9, 10, 11, 12, 13, 32)"),
        "required_fields",
        "sound 7",
    ),
    "no license": (sound(8, "license", "''"), "required_fields", "sound 8"),
    "no upload time": (sound(8, "created", "''"), "required_fields", "sound 8"),
    "no tags": (sound(8, "tags", "' '"), "required_fields", "sound 8"),
    "no user": (
        sql(*loose("sounds"), "UPDATE sounds SET user_id = NULL WHERE id = 6"),
        "required_fields",
        "sound 6",
    ),
    "no type": (
        sql(*loose("sounds"), "UPDATE sounds SET type = NULL WHERE id = 6"),
        "required_fields",
        "sound 6",
    ),
    "no first_seen": (
        sql(*loose("sounds"), "UPDATE sounds SET first_seen = NULL WHERE id = 6"),
        "required_fields",
        "sound 6",
    ),
    "no last_seen": (
        sql(*loose("sounds"), "UPDATE sounds SET last_seen = NULL WHERE id = 6"),
        "required_fields",
        "sound 6",
    ),
    "no duration": (
        sql(*loose("sounds"), "UPDATE sounds SET duration = NULL WHERE id = 6"),
        "required_fields",
        "sound 6",
    ),
    "no num_downloads": (
        sql(*loose("sounds"), "UPDATE sounds SET num_downloads = NULL WHERE id = 6"),
        "required_fields",
        "sound 6",
    ),
    "first_seen in the future": (
        sound(4, "first_seen", "'2999-01-01T00:00:00Z'"),
        "future_dates",
        "sound 4",
    ),
    "removed_at in the future": (
        sound(4, "removed_at", "'2999-01-01T00:00:00Z'"),
        "future_dates",
        "sound 4",
    ),
    "id 0": (sound(5, "id", "0"), "ranges", "sound 0"),
    "a negative id": (sound(5, "id", "-5"), "ranges", "sound -5"),
    "an id beyond JavaScript": (sound(5, "id", "1 << 53"), "ranges", f"sound {1 << 53}"),
    "a negative pack": (sound(5, "pack_id", "-1"), "ranges", "sound 5"),
    "pack 0": (sound(5, "pack_id", "0"), "ranges", "sound 5"),
    "a pack beyond JavaScript": (sound(5, "pack_id", "1 << 53"), "ranges", "sound 5"),
    "a duration beyond JavaScript": (sound(5, "duration", "1 << 53"), "ranges", "sound 5"),
    "downloads beyond JavaScript": (sound(5, "num_downloads", "1 << 53"), "ranges", "sound 5"),
    "a negative duration": (sound(5, "duration", "-0.1"), "ranges", "sound 5"),
    "an endless duration": (sound(5, "duration", "9e999"), "ranges", "sound 5"),
    "a duration in words": (
        sql(*loose("sounds"), "UPDATE sounds SET duration = 'long' WHERE id = 6"),
        "ranges",
        "sound 6",
    ),
    "a duration of NULL": (
        sql(*loose("sounds"), "UPDATE sounds SET duration = NULL WHERE id = 6"),
        "ranges",
        "sound 6",
    ),
    "negative downloads": (sound(5, "num_downloads", "-1"), "ranges", "sound 5"),
    "an address of ftp": (
        sound(4, "preview_mp3", "'ftp://freesound.org/1.mp3'"),
        "preview_urls",
        "sound 4",
    ),
    "a script as address": (
        sound(4, "preview_ogg", "'javascript:alert(1)'"),
        "preview_urls",
        "sound 4",
    ),
    "an empty address": (sound(3, "preview_ogg", "''"), "preview_urls", "sound 3"),
    "an address with a space": (
        sound(4, "preview_mp3", "'https://freesound.org/a b.mp3'"),
        "preview_urls",
        "sound 4",
    ),
    "two addresses in one": (
        sound(4, "preview_mp3", "'https://a/' || char(10) || 'https://b/'"),
        "preview_urls",
        "sound 4",
    ),
    "an address with umlauts": (
        sound(4, "preview_mp3", "'https://bücher/'"),
        "preview_urls",
        "sound 4",
    ),
    "an unknown license": (
        sound(4, "license", "'https://creativecommons.org/licenses/by-nd/4.0/'"),
        "known_licenses",
        "sound 4",
    ),
    "an unknown wish about AI": (
        sound(4, "gen_ai_preference", "'sure'"),
        "known_preferences",
        "sound 4",
    ),
    "a wish that is no text": (
        sound(4, "gen_ai_preference", "CAST(x'ff' AS TEXT)"),
        "encodings",
        "sounds 4",
    ),
    "explicit twice": (sound(4, "is_explicit", "2"), "ranges", "sound 4"),
    "a time in words": (sound(4, "created", "'yesterday'"), "dates", "sound 4"),
    "a time that is now": (sound(4, "created", "'now'"), "dates", "sound 4"),
    "30 February": (sound(4, "created", "'2014-02-30T10:00:00Z'"), "dates", "sound 4"),
    "29 February of another year": (
        sound(4, "created", "'2015-02-29T10:00:00Z'"),
        "dates",
        "sound 4",
    ),
    "hour 25": (sound(4, "created", "'2014-02-20T25:00:00Z'"), "dates", "sound 4"),
    "a time without Z": (sound(4, "created", "'2014-02-20T10:00:00'"), "dates", "sound 4"),
    "before Freesound": (sound(4, "created", "'2004-12-31T23:59:59Z'"), "dates", "sound 4"),
    "first seen before Freesound": (
        sound(4, "first_seen", "'2004-12-31T23:59:59Z'"),
        "dates",
        "sound 4",
    ),
    "first seen on no day": (
        sound(4, "first_seen", "'2025-11-31T10:00:00Z'"),
        "dates",
        "sound 4",
    ),
    "last seen in words": (sound(4, "last_seen", "'soon'"), "dates", "sound 4"),
    "removed on no day": (sound(4, "removed_at", "'2025-13-01T10:00:00Z'"), "dates", "sound 4"),
    "last seen too early": (
        sound(4, "last_seen", "'2025-01-01T00:00:00Z'"),
        "date_order",
        "sound 4",
    ),
    "removed too early": (
        sound(4, "removed_at", "'2025-01-01T00:00:00Z'"),
        "date_order",
        "sound 4",
    ),
    "uploaded in the future": (
        sound(4, "created", "'2999-01-01T00:00:00Z'"),
        "future_dates",
        "sound 4",
    ),
    "seen after tomorrow": (sound(4, "last_seen", in_hours(30)), "future_dates", "sound 4"),
    "seen in the future": (
        sound(4, "last_seen", "'2999-01-01T00:00:00Z'"),
        "future_dates",
        "sound 4",
    ),
    "tags that are no JSON": (sound(4, "tags", "'rain, wind'"), "tags", "sound 4"),
    "tags that are an object": (sound(4, "tags", """'{"a": "b"}'"""), "tags", "sound 4"),
    "one tag that is no list": (sound(4, "tags", """'"rain"'"""), "tags", "sound 4"),
    "a tag that is a number": (sound(4, "tags", """'["a", 1]'"""), "tags", "sound 4"),
    "a first tag that is null": (sound(4, "tags", "'[null]'"), "tags", "sound 4"),
    "a tag that is a list, close by": (sound(4, "tags", """'["a",["b"]]'"""), "tags", "sound 4"),
    "tags cut in the middle": (sound(4, "tags", """'["a", "b'"""), "tags", "sound 4"),
    "a name that is no UTF-8": (
        sound(4, "name", "CAST(x'41ff42' AS TEXT)"),
        "encodings",
        "sounds 4",
    ),
    "a name cut inside a letter": (
        sound(4, "name", "CAST(x'41c3' AS TEXT)"),
        "encodings",
        "sounds 4",
    ),
    "a name with a NUL": (sound(4, "name", "'a' || char(0) || 'b'"), "encodings", "sounds 4"),
    "a tag that is no UTF-8": (
        sound(4, "tags", "CAST(x'5b22ff225d' AS TEXT)"),
        "encodings",
        "sounds 4",
    ),
    "a user that is no UTF-8": (
        sql("UPDATE users SET username = CAST(x'ff' AS TEXT) WHERE id = 2"),
        "encodings",
        "users 2",
    ),
    "a pack that is no UTF-8": (
        sql("UPDATE packs SET name = CAST(x'eda080' AS TEXT) WHERE id = 2"),
        "encodings",
        "packs 2",
    ),
    "far behind, no UTF-8": (
        sql(
            "WITH RECURSIVE n (i) AS (VALUES (100) UNION ALL SELECT i + 1 FROM n"
            f" WHERE i < {text_columns.ROWS + 500})"
            " INSERT INTO users SELECT i, 'another ' || i FROM n",
            f"UPDATE users SET username = CAST(x'fe' AS TEXT) WHERE id = {text_columns.ROWS + 400}",
        ),
        "encodings",
        f"users {text_columns.ROWS + 400}",
    ),
    "a sound under two ids": (
        sql(
            "UPDATE sounds SET (name, user_id, created, duration) ="
            " (SELECT name, user_id, created, duration FROM sounds WHERE id = 4) WHERE id = 6",
        ),
        "duplicates",
        "sound 4",
    ),
    "a user twice": (
        sql(
            "UPDATE sqlite_master SET sql = replace(sql, ' UNIQUE', '') WHERE name = 'users'",
            "DELETE FROM sqlite_master WHERE name = 'sqlite_autoindex_users_1'",
            "PRAGMA writable_schema = RESET",
            "INSERT INTO users (username) VALUES ('user 1')",
        ),
        "unique_users",
        "user 2",
    ),
    "a user with a space more": (
        sql("INSERT INTO users (username) VALUES (' user 1')"),
        "unique_users",
        "user 2",
    ),
    "a pack of two users": (sound(4, "user_id", "1"), "pack_owners", "pack 4"),
}
NETWORK: dict[str, Corruption] = {
    "an edge from no sound": (
        sql("INSERT INTO links VALUES (999, 1, NULL)"),
        "edge_ends",
        "edge of sound 999",
    ),
    "an edge to no pack": (
        sql("UPDATE links SET pack_id = 999 WHERE sound_id = 1"),
        "edge_ends",
        "edge of sound 1",
    ),
    "an edge to no user": (
        sql("UPDATE links SET user_id = 999 WHERE sound_id = 1"),
        "edge_ends",
        "edge of sound 1",
    ),
    "an edge of a removed sound": (
        sql(
            "UPDATE sounds SET removed_at = '2025-11-22T00:00:00Z' WHERE id = 5",
            "DELETE FROM links_due",
        ),
        "removed_edges",
        "edge of sound 5",
    ),
    "an edge to another user": (
        sql("UPDATE links SET user_id = 1 WHERE sound_id = 2"),
        "membership",
        "edge of sound 2",
    ),
    "an edge to another pack": (
        sql("UPDATE links SET pack_id = 1 WHERE sound_id = 2"),
        "membership",
        "edge of sound 2",
    ),
    "an edge to no pack at all": (
        sql("UPDATE links SET pack_id = NULL WHERE sound_id = 2"),
        "membership",
        "edge of sound 2",
    ),
    "a sound without edges": (
        sql("DELETE FROM links WHERE sound_id = 5"),
        "missing_edges",
        "sound 5",
    ),
    "a hub with one edge too many": (
        sql("UPDATE user_hubs SET size = size + 1 WHERE hub_id = 3"),
        "hub_sizes",
        "user hub 3",
    ),
    "a hub without members": (
        sql("INSERT INTO pack_hubs VALUES (77, 0)"),
        "hub_sizes",
        "pack hub 77",
    ),
    "members without a hub": (
        sql("DELETE FROM pack_hubs WHERE hub_id = 3"),
        "hub_sizes",
        "pack hub 3",
    ),
    "similar to itself": (
        sql("INSERT INTO similarities VALUES (1, 1, 1.0)"),
        "similarity_loops",
        "similarity 1 - 1",
    ),
    "similar to nothing": (
        sql("INSERT INTO similarities VALUES (1, 999, 0.5)"),
        "similarity_ends",
        "similarity 1 - 999",
    ),
    "nothing is similar": (
        sql("INSERT INTO similarities VALUES (999, 1, 0.5)"),
        "similarity_ends",
        "similarity 999 - 1",
    ),
    "a score above 1": (
        sql("UPDATE similarities SET score = 1.5 WHERE target = 3"),
        "similarity_scores",
        "similarity 1 - 3",
    ),
    "a score below 0": (
        sql("UPDATE similarities SET score = -0.5 WHERE target = 3"),
        "similarity_scores",
        "similarity 1 - 3",
    ),
    "a score without end": (
        sql("UPDATE similarities SET score = -9e999 WHERE target = 3"),
        "similarity_scores",
        "similarity 1 - 3",
    ),
    "more similar than back": (
        sql("UPDATE similarities SET score = 0.502 WHERE source = 2"),
        "similarity_symmetry",
        "similarity 1 - 2",
    ),
    "an answer about no sound": (
        sql("INSERT INTO similarity_targets VALUES (999, '2025-11-20T03:17:00Z', 0)"),
        "similarity_answers",
        "sound 999",
    ),
    "an answer of fewer than none": (
        sql("UPDATE similarity_targets SET found = -1 WHERE sound_id = 4"),
        "similarity_answers",
        "sound 4",
    ),
    "an answer on no day": (
        sql("UPDATE similarity_targets SET asked_at = 'once' WHERE sound_id = 4"),
        "similarity_answers",
        "sound 4",
    ),
    "an answer to no question": (
        sql("DELETE FROM similarity_targets WHERE sound_id = 2"),
        "similarity_answers",
        "similarity 2 - 1",
    ),
    "more edges than the answer had": (
        sql("UPDATE similarity_targets SET found = 1 WHERE sound_id = 1"),
        "similarity_answers",
        "sound 1",
    ),
    "a place of no sound": (
        sql("INSERT INTO positions VALUES (999, 0, 0, 1)"),
        "positions",
        "position of sound 999",
    ),
    "a place in no community": (
        sql("UPDATE positions SET community_id = 9 WHERE sound_id = 5"),
        "positions",
        "position of sound 5",
    ),
    "a place beyond everything": (
        sql("UPDATE positions SET x = 9e999 WHERE sound_id = 5"),
        "coordinates",
        "position of sound 5",
    ),
    "a place that is no number": (
        sql(*loose("positions"), "UPDATE positions SET y = NULL WHERE sound_id = 5"),
        "coordinates",
        "position of sound 5",
    ),
    "an endless circle": (
        sql("UPDATE communities SET radius = 9e999 WHERE id = 2"),
        "coordinates",
        "community 2",
    ),
    "a circle turned inside out": (
        sql("UPDATE communities SET radius = -1 WHERE id = 2"),
        "coordinates",
        "community 2",
    ),
    "a community that says more": (
        sql("UPDATE communities SET size = 31 WHERE id = 1"),
        "community_sizes",
        "community 1",
    ),
    "a community of nobody": (
        sql(
            "INSERT INTO communities (id, x, y, radius, size, label, laid_out)"
            " VALUES (3, 0, 0, 1, 0, 'void', 0)"
        ),
        "community_sizes",
        "community 3",
    ),
}
HISTORIES: dict[str, Corruption] = {
    "a night of less than nothing": (night(added=-1), "metrics_lines", "metrics.jsonl, line 3"),
    "a night on no day": (night(timestamp="2025-02-30T00:00:00Z"), "metrics_lines", "line 3"),
    "a night with half a letter": (night(mode="\ud800"), "metrics_lines", "line 3"),
    "a sound less than the metrics say": (
        sql("DELETE FROM links WHERE sound_id = 5", "DELETE FROM sounds WHERE id = 5"),
        "counts_against_metrics",
        "2025-11-21",
    ),
    "metrics that say more": (night(nodes=60), "counts_against_metrics", "2025-11-22"),
    "a tenth lost": (night(nodes=45), "sudden_shrink", "line 3"),
    "more than was asked for": (
        night(added=151, nodes=201),
        "growth_within_quota",
        "line 3",
    ),
    "three nights missing": (
        night(timestamp="2025-11-25T03:17:00Z"),
        "missing_nights",
        "line 3",
    ),
    "a night at the wrong place": (
        night(timestamp="2025-11-20T23:17:00Z"),
        "night_order",
        "line 3",
    ),
    "a night twice": (night(timestamp="2025-11-21T03:17:00Z"), "night_order", "line 3"),
    "a wrong sum": (night(added=3), "nodes_add_up", "line 3"),
    "a milestone without number": (
        milestone(milestone_number=None),
        "milestone_lines",
        "milestones.jsonl, line 2",
    ),
    "a milestone at no time": (milestone(timestamp="noon"), "milestone_lines", "line 2"),
    "a milestone at the wrong place": (
        milestone(timestamp="2025-11-19T03:20:00Z"),
        "milestone_order",
        "line 2",
    ),
    "a milestone twice": (
        milestone(milestone_number=2, nodes=45, crossed=[1, 2]),
        "milestone_repeats",
        "line 2",
    ),
    "a number of its own": (milestone(milestone_number=4), "milestone_numbers", "line 2"),
    "a boundary left out": (
        milestone(milestone_number=4, nodes=80),
        "milestone_crossings",
        "line 2",
    ),
    "more boundaries than can be counted": (
        milestone(milestone_number=10**30, nodes=10**30, interval=1),
        "milestone_crossings",
        "line 2",
    ),
}
ALL = STORAGE | RECORDS | NETWORK | HISTORIES

# The column or the values that the finding of a corruption names.
NAMES = {
    "a sound of nobody": "the user does not exist",
    "a missing pack": "the pack does not exist",
    "an index of nothing": "has 0 entries for 50 rows",
    "no user": "user_id",
    "no license": "license",
    "a negative pack": "pack_id",
    "a negative duration": "duration",
    "before Freesound": "created is before 2005",
    "uploaded in the future": "created",
    "seen in the future": "last_seen",
    "last seen in words": "last_seen",
    "a script as address": "preview_ogg",
    "an unknown license": "by-nd/4.0",
    "a tag that is no UTF-8": "tags",
    "a user that is no UTF-8": "username",
    "a sound under two ids": "2 times, up to sound 6",
    "a user twice": "2 times, up to user 8",
    "a pack of two users": "2 users",
    "a hub with one edge too many": "records 8 edges, there are 7",
    "members without a hub": "is missing, there are 7",
    "more similar than back": "is 0.5 one way and 0.502 back",
    "more edges than the answer had": "found 1, has 2 edges",
    "a community that says more": "records 31 sounds, there are 30",
    "a night of less than nothing": "added: -1",
    "a sound less than the metrics say": "nodes is 50, the library has 49",
    "a tenth lost": "5 of 50 sounds",
    "more than was asked for": "added 151 sounds, 1 requests return at most 150",
    "three nights missing": "4.0 days",
    "a night at the wrong place": "earlier than line 2",
    "a night twice": "the same time as line 2",
    "a wrong sum": "nodes is 50 but should be 53",
    "a milestone without number": "milestone_number: None",
    "a milestone at the wrong place": "earlier than line 1",
    "a milestone twice": "40 sounds were already reached: 40",
    "a number of its own": "milestone_number is 4 but should be 3",
    "a boundary left out": "3 to 4",
}
