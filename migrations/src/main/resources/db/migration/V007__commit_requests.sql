-- Which request a commit came from, as its message in git says. A request that comes back from a backup is known by it as one
-- that git has already.
ALTER TABLE git_memory.commit ADD COLUMN request_id uuid;
CREATE INDEX commit_request_id_idx ON git_memory.commit (request_id) WHERE request_id IS NOT NULL;
