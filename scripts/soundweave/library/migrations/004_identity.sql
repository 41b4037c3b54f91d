-- Which library this is. The lines of its histories carry the id, because a fork inherits the
-- histories of another library.
INSERT INTO meta VALUES ('library_id', lower(hex(randomblob(8))));
INSERT INTO meta VALUES (
    'created_at',
    coalesce((SELECT min(first_seen) FROM sounds), strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);
