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

-- How often a key stands in JSON text: a colon outside of strings belongs to a key.
CREATE OR REPLACE FUNCTION git_memory.metadata_keys(json_text text) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    -- E: a session may have switched standard_conforming_strings off.
    no_strings constant text := regexp_replace(json_text, E'"(?:[^"\\\\]|\\\\.)*"', '', 'g');
BEGIN
    RETURN length(no_strings) - length(replace(no_strings, ':', ''));
END
$function$;

-- The same text for rows that exist. Where the column's text can't be git's, it is '!' and the reason, which is no JSON and
-- so never equal to anything that git has: JSON that jsonb refuses (\u0000, a lone surrogate, a number out of range); a key
-- given twice, for jsonb takes the last one and other readers the first; a text that is mostly blanks or escapes.
CREATE OR REPLACE FUNCTION git_memory.metadata_seen(metadata json) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    written constant text := metadata::text;
    plain   text;
BEGIN
    plain := metadata::jsonb::text;
    -- As PostgreSQL writes it: neither is possible.
    IF written IS DISTINCT FROM plain THEN
        IF octet_length(written) > 8 * octet_length(plain) + 1024 THEN
            RETURN format('!%s bytes of text for %s bytes of JSON', octet_length(written), octet_length(plain));
        END IF;
        IF git_memory.metadata_keys(written) <> git_memory.metadata_keys(plain) THEN
            RETURN '!a key is there twice';
        END IF;
    END IF;
    RETURN nullif(nullif(plain, 'null'), '{}');
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

CALL git_memory.set_rights();
