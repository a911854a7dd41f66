-- By which edition of the rules for files the rows of an agent were read. Where it is not a sidecar's, the sidecar reads all files of
-- the head anew and writes ledger and rows in one transaction; from then on a sidecar that knows an earlier edition alone is
-- refused: git_memory.refuse_older_sidecar().
ALTER TABLE git_memory.repo
    ADD COLUMN reading integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN git_memory.repo.reading IS
    'The edition of the rules by which files were read: 1 before front matter that is no YAML was read line by line, then 2.';
