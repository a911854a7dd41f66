-- Whether any agent ever had the tag: advanced by each insertion of it. A sequence, for that is the one thing that a
-- transaction with an old snapshot sees as it is now.
CREATE SEQUENCE git_memory.tags_seen;
ALTER SEQUENCE git_memory.tags_seen OWNER TO git_memory_owner;
COMMENT ON SEQUENCE git_memory.tags_seen
    IS 'Advanced at each insertion of the tag; is_called says whether there ever was one, in old snapshots too';
