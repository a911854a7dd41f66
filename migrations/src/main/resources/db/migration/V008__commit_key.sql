-- The secret by which commits prove that a sidecar of this installation made them. Trailers of ours (Request-Id, Author-Type,
-- Author-Id) count in such commits only: everybody who commits can write lines like them. Made here and never changed; whoever
-- knows it can make commits that pass for a sidecar's.
CREATE TABLE git_memory.commit_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    key      bytea   NOT NULL CHECK (octet_length(key) = 32)
             -- gen_random_uuid is PostgreSQL's strong random numbers without an extension: four times 122 bits.
             DEFAULT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
                            || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
);
COMMENT ON TABLE git_memory.commit_key IS
    'A secret: only git_memory_sidecar may read it. Commits prove by it that a sidecar of this installation made them.';

ALTER TABLE git_memory.commit_key OWNER TO git_memory_owner;

-- A closed list, whatever ALTER DEFAULT PRIVILEGES gives to whom.
DO $rights$
DECLARE
    stranger record;
BEGIN
    FOR stranger IN SELECT DISTINCT a.grantee
                    FROM pg_class c,
                         aclexplode(c.relacl) AS a
                    WHERE c.oid = 'git_memory.commit_key'::regclass
                      AND a.grantee <> c.relowner LOOP
        EXECUTE format('REVOKE ALL ON TABLE git_memory.commit_key FROM %s',
                       CASE stranger.grantee WHEN 0 THEN 'PUBLIC' ELSE stranger.grantee::regrole::text END);
    END LOOP;
END
$rights$;
GRANT SELECT ON git_memory.commit_key TO git_memory_sidecar;

INSERT INTO git_memory.commit_key DEFAULT VALUES;

-- What messages said of requests until now proves nothing.
UPDATE git_memory.commit SET request_id = NULL WHERE request_id IS NOT NULL;
COMMENT ON COLUMN git_memory.commit.request_id IS 'The request for which a sidecar made the commit, as the commit proves.';
