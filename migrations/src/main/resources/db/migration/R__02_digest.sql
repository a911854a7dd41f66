-- The digest of a block's mirrored columns: how the ledger remembers what git has.
--
-- Lower-case hex of sha256 over 'gm1;' and the fields in order, each as '<length in bytes>:<text>,' and '~' for null.
-- PostgreSQL's jsonb gives metadata its canonical form, so no other program has to imitate it.

CREATE OR REPLACE FUNCTION git_memory.digest_field(field text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(octet_length(convert_to(field, 'UTF8')) || ':' || field || ',', '~');

-- No metadata is one thing: SQL NULL, JSON null and {} are the same file in git.
CREATE OR REPLACE FUNCTION git_memory.metadata_text(metadata json) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN nullif(nullif(metadata::jsonb::text, 'null'), '{}');

CREATE OR REPLACE FUNCTION git_memory.digest_of(value text, description text, "limit" bigint, read_only boolean, metadata text)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN encode(sha256(convert_to('gm1;'
                                    || git_memory.digest_field(value)
                                    || git_memory.digest_field(description)
                                    || git_memory.digest_field("limit"::text)
                                    || git_memory.digest_field(CASE WHEN read_only THEN 't' WHEN NOT read_only THEN 'f' END)
                                    || git_memory.digest_field(metadata),
                                    'UTF8')),
                  'hex');

-- The digest of a block's mirrored columns, as the ledger keeps it. Fails on JSON that jsonb refuses.
CREATE OR REPLACE FUNCTION git_memory.digest(value text, description text, "limit" bigint, read_only boolean, metadata json)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN git_memory.digest_of(value, description, "limit", read_only, git_memory.metadata_text(metadata));

-- The same text for rows that exist, where JSON that jsonb refuses (\u0000, a lone surrogate, a number out of range) must
-- become a refusal that says so: '!' and the reason are no JSON and so never equal to anything that git has.
CREATE OR REPLACE FUNCTION git_memory.metadata_seen(metadata json) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN git_memory.metadata_text(metadata);
EXCEPTION
    WHEN data_exception OR program_limit_exceeded THEN
        RETURN '!' || SQLERRM;
END
$function$;

-- The digest of a row as it is, whatever its metadata: what the guard would compute.
CREATE OR REPLACE FUNCTION git_memory.digest_seen(value text, description text, "limit" bigint, read_only boolean, metadata json)
    RETURNS text
    LANGUAGE sql STABLE
    RETURN git_memory.digest_of(value, description, "limit", read_only, git_memory.metadata_seen(metadata));

CALL git_memory.secure_functions();
