-- Which object storage has the repositories that this ledger knows. The store holds the same id as an object that is created
-- once; its address is where it was when a sidecar or a command last took it for this ledger's. Empty until the first of them
-- that writes.
CREATE TABLE git_memory.store (
    only_row boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    id       uuid        NOT NULL,
    address  text        NOT NULL,
    since    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE git_memory.store IS
    'The object storage that belongs to this ledger: no other one is written to. git-memory store adopt, or move, changes it.';
COMMENT ON COLUMN git_memory.store.id IS 'What the object .git-memory-store.json of the store says, too.';
COMMENT ON COLUMN git_memory.store.address IS 'As the setting --store spells it, without secrets: file:///path or gs://bucket/prefix.';
COMMENT ON COLUMN git_memory.store.since IS 'When the store, or its address, was written here.';

ALTER TABLE git_memory.store OWNER TO git_memory_owner;
