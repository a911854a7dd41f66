-- Which role was meant by a name in these lists: roles are dropped, and others made that are called the same. A role's oid tells
-- them apart on the same server, which PostgreSQL knows by a number; after a restore on another one only the name is left. Null for
-- what was listed before: the role that is called so when R__00_rights.sql runs.
ALTER TABLE git_memory.allowed_call
    ADD COLUMN role_oid oid,
    ADD COLUMN server   bigint;

ALTER TABLE git_memory.reader_organization
    ADD COLUMN role_oid oid,
    ADD COLUMN server   bigint;
