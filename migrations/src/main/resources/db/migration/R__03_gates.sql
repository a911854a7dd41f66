-- The gates: what the triggers on the application's tables do first. They are what rows of agents without the tag pay.
--
-- A row that any agent with the tag has carries something in git_sha: its commit, or 'pending' until the agent is taken
-- over (R__05_tags.sql sees to it). So an update of a row without git_sha asks no function at all: its trigger's condition
-- compares that column, and names no function, for one that is named in a condition costs more than the rest of the
-- trigger, and is called with the rights of the role that writes.
--
-- Functions run with the rights of git_memory_owner, on a fixed search_path, and with row_security off: where a policy
-- would hide rows from the guard, its query fails, instead of finding nothing and letting a write through.
--
-- The application may change the types of its columns while sessions are open. So no trigger's condition names a column of
-- its own. And PL/pgSQL remembers the type that NEW.id had when a session first asked for it, and fails when it is another
-- (datatype_mismatch); EXECUTE looks each time, and takes twice as long. Each gate does the one and, where that fails, the other.
--
-- Labels, ids and tags are equal when the column's own equality says so, for which there are indexes, and the bytes are equal:
-- a collation may call more equal than git does. Joins say the latter by texteq(... COLLATE "C"), the function behind the
-- operator, which the planner does not take for one more condition as selective as the first.

-- Whether a visible row with this xmin was written by the current transaction or one of its savepoints.
-- A visible row of another transaction is committed, so "in progress" can only be ourselves.
CREATE OR REPLACE FUNCTION git_memory.is_own(row_xmin xid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    top      constant bigint := pg_current_xact_id_if_assigned()::text::bigint;
    written  constant bigint := row_xmin::text::bigint;
    distance bigint;
BEGIN
    -- Ids below 3 mark rows that are frozen.
    IF top IS NULL OR written < 3 THEN
        RETURN false;
    END IF;
    -- xmin has 32 bits that wrap around: the signed difference says how far after our own id it lies.
    distance := ((written - (top & 4294967295) + 2147483648) & 4294967295) - 2147483648;
    IF distance <= 0 THEN
        RETURN distance = 0;
    END IF;
    RETURN pg_xact_status((top + distance)::text::xid8) = 'in progress';
EXCEPTION
    -- An id that was never handed out: the row is older than a full turn of the counter.
    WHEN invalid_parameter_value THEN
        RETURN false;
END
$function$;

-- The tag takes effect when its transaction commits, so that one transaction may create agent, tag, blocks and links in
-- any order. The fence knows whether this transaction brought the tag, or only rewrote its row, and whether it was judged
-- already (SET CONSTRAINTS ... IMMEDIATE). An agent that was taken over is never exempt.
CREATE OR REPLACE FUNCTION git_memory.takes_effect(agent_id text, tag_xmin xid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN NOT git_memory.is_own(tag_xmin)
           OR EXISTS (SELECT
                      FROM git_memory.repo r
                      WHERE r.agent_id = takes_effect.agent_id
                        AND r.state IN ('enabled', 'failed'))
           OR NOT EXISTS (SELECT
                          FROM git_memory.agent_fence f
                          WHERE f.agent_id = takes_effect.agent_id
                            AND f.times > 0
                            AND git_memory.is_own(f.xmin));
END
$function$;

-- Whether this transaction goes on seeing what was before, whatever others have committed since. There a lock proves nothing.
CREATE OR REPLACE FUNCTION git_memory.has_one_snapshot() RETURNS boolean
    LANGUAGE sql STABLE
    RETURN current_setting('transaction_isolation') IN ('repeatable read', 'serializable');

-- Keeps others from taking the agent over until this transaction ends, or waits until they have: that locks the agent's row.
CREATE OR REPLACE FUNCTION git_memory.hold_agent(agent_id text) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    PERFORM
    FROM "${app_schema}"."${agents_table}" a
    WHERE a.id = hold_agent.agent_id
      AND texteq(a.id COLLATE "C", hold_agent.agent_id)
    FOR KEY SHARE;
END
$function$;

-- Writes the agent's fence: an older snapshot collides with it from here on.
--   insertions   of the tag that are still to be judged
CREATE OR REPLACE FUNCTION git_memory.write_fence(agent_id text, insertions integer DEFAULT 0) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_column
BEGIN
    INSERT INTO git_memory.agent_fence AS fence (agent_id, times)
    VALUES (write_fence.agent_id, write_fence.insertions)
    ON CONFLICT (agent_id) DO UPDATE
    SET times = fence.times + excluded.times;
END
$function$;

-- Fails with a serialization failure if the agent's tag, state or tombstone was written since this transaction's snapshot;
-- returns false if there is no fence, since the agent never had any of them. In READ COMMITTED it is not looked for, and
-- returns true. An insertion sees what the snapshot does not. It is taken back at once, as a subtransaction: two transactions
-- that meet the fence of an agent without the tag neither wait nor conflict. And it reads nothing: in a SERIALIZABLE
-- transaction whatever is read may make others fail (PostgreSQL remembers whole pages, of small tables all).
DO $other_result$
BEGIN
    IF (SELECT p.prorettype FROM pg_proc p WHERE p.oid = to_regprocedure('git_memory.meet_fence(text)')) <> 'boolean'::regtype THEN
        DROP FUNCTION git_memory.meet_fence(text); -- of an earlier version
    END IF;
END
$other_result$;
CREATE OR REPLACE FUNCTION git_memory.meet_fence(agent_id text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_column
BEGIN
    IF git_memory.has_one_snapshot() THEN
        BEGIN
            INSERT INTO git_memory.agent_fence (agent_id)
            VALUES (meet_fence.agent_id)
            ON CONFLICT DO NOTHING;
            IF FOUND THEN
                RAISE EXCEPTION USING ERRCODE = 'MG000';
            END IF;
        EXCEPTION
            WHEN SQLSTATE 'MG000' THEN
                RETURN false; -- there was none, and there is none again
        END;
    END IF;
    RETURN true;
END
$function$;

-- The ledger says something else of an agent: its state, or that it was purged. An agent that is taken over becomes an owner of
-- its blocks: those that carry another's commit are written anew, for theirs may stay, and an older snapshot must not take
-- the row for theirs alone.
CREATE OR REPLACE FUNCTION git_memory.agent_changed() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    PERFORM git_memory.write_fence(CASE TG_OP WHEN 'DELETE' THEN OLD.agent_id ELSE NEW.agent_id END);
    IF TG_TABLE_NAME = 'repo' AND TG_OP <> 'DELETE' THEN
        IF NEW.state = 'enabled' THEN
            UPDATE "${app_schema}"."${blocks_table}" b
            SET git_sha = b.git_sha
            FROM "${app_schema}"."${blocks_agents_table}" l
            WHERE l.agent_id = NEW.agent_id
              AND texteq(l.agent_id COLLATE "C", NEW.agent_id)
              AND b.id = l.block_id
              AND texteq(b.id COLLATE "C", l.block_id)
              AND b.git_sha <> 'pending';
        END IF;
    END IF;
    RETURN NULL;
END
$function$;

-- A sidecar says with SET git_memory.reading which edition of the rules for files it knows. One that knows less than the ledger has
-- would take what it reads for what git says. It is refused before it commits, where it announces its write, and when it applies.
CREATE OR REPLACE FUNCTION git_memory.refuse_older_sidecar() RETURNS trigger
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'MG112: this sidecar is older than the one that has read the files of agent "%" last, and would read them otherwise', left(OLD.agent_id, 200)
        USING ERRCODE = 'MG112',
              DETAIL  = format('The files were read by edition %s of the rules.', OLD.reading),
              HINT    = 'Nothing was written. Stop this sidecar, and start one of the version that migrated this database.';
END
$function$;

-- Hands a write over to be judged, now or at the end of the transaction: true, or the refusal of what was judged now. The triggers
-- of git_memory.judgement get the row although it is deleted at once; one with a refusal is another version of it.
DROP FUNCTION IF EXISTS git_memory.hand_over(text, text, text, text, text, text, text); -- of an earlier version
CREATE OR REPLACE FUNCTION git_memory.is_judged(kind         text,
                                                agent_id     text,
                                                block_id     text,
                                                label        text,
                                                schema_name  text,
                                                table_name   text,
                                                trigger_name text)
    RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    place   tid;
    refusal text[];
    words   record;
BEGIN
    INSERT INTO git_memory.judgement (kind, agent_id, block_id, label, schema_name, table_name, trigger_name)
    VALUES (is_judged.kind, is_judged.agent_id, is_judged.block_id, is_judged.label, is_judged.schema_name,
            is_judged.table_name, is_judged.trigger_name)
    RETURNING ctid INTO place;
    DELETE FROM git_memory.judgement j
    WHERE j.ctid = place;
    IF FOUND THEN
        RETURN true;
    END IF;
    SELECT j.refusal
    INTO STRICT refusal
    FROM git_memory.judgement j
    WHERE j.refusal IS NOT NULL
      AND git_memory.is_own(j.xmin);
    words := git_memory.words(refusal);
    RAISE EXCEPTION USING
        ERRCODE    = words.state,
        MESSAGE    = words.message,
        DETAIL     = words.detail,
        HINT       = words.hint,
        SCHEMA     = is_judged.schema_name,
        TABLE      = is_judged.table_name,
        CONSTRAINT = is_judged.trigger_name;
END
$function$;

-- Is one of the block's agents git-enabled? VOLATILE, because it has to see a tag that was committed while this statement
-- was waiting.
CREATE OR REPLACE FUNCTION git_memory.is_guarded(block_id text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    owner text;
BEGIN
    -- A link may be there before its row, where the application has no foreign keys.
    FOR owner IN SELECT l.agent_id::text
                 FROM "${app_schema}"."${blocks_agents_table}" l
                 WHERE l.block_id = is_guarded.block_id
                   AND texteq(l.block_id COLLATE "C", is_guarded.block_id) LOOP
        IF git_memory.is_guarded_agent(owner) THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$function$;

-- Does the agent have the tag, in effect or not?
CREATE OR REPLACE FUNCTION git_memory.is_tagged(agent_id text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    RETURN EXISTS (SELECT
                   FROM "${app_schema}"."${agents_tags_table}" t
                   WHERE t.agent_id = is_tagged.agent_id
                     AND texteq(t.agent_id COLLATE "C", is_tagged.agent_id)
                     AND t.tag = 'git-memory-enabled'
                     AND texteq(t.tag COLLATE "C", 'git-memory-enabled'));
END
$function$;

-- Is the agent git-enabled, as far as this transaction may know?
DROP FUNCTION IF EXISTS git_memory.is_guarded_link(text) CASCADE;
CREATE OR REPLACE FUNCTION git_memory.is_guarded_agent(agent_id text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    IF NOT git_memory.meet_fence(is_guarded_agent.agent_id) THEN
        RETURN false;
    END IF;
    -- OFFSET 0 keeps the planner from asking takes_effect about other tags first.
    RETURN EXISTS (SELECT
                   FROM (SELECT t.agent_id, t.xmin AS tag_xmin
                         FROM "${app_schema}"."${agents_tags_table}" t
                         WHERE t.agent_id = is_guarded_agent.agent_id
                           AND texteq(t.agent_id COLLATE "C", is_guarded_agent.agent_id)
                           AND t.tag = 'git-memory-enabled'
                           AND texteq(t.tag COLLATE "C", 'git-memory-enabled')
                         OFFSET 0) AS tagged
                   WHERE git_memory.takes_effect(tagged.agent_id, tagged.tag_xmin));
END
$function$;

-- Does a block that loses an agent have to be looked at, for what its row carries: does the ledger know the agent, or does
-- the row carry something? (The agent's tag may be gone already.)
CREATE OR REPLACE FUNCTION git_memory.was_guarded(agent_id text, block_id text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
BEGIN
    RETURN EXISTS (SELECT
                   FROM git_memory.repo r
                   WHERE r.agent_id = was_guarded.agent_id)
           OR EXISTS (SELECT
                      FROM "${app_schema}"."${blocks_table}" b
                      WHERE b.id = was_guarded.block_id
                        AND texteq(b.id COLLATE "C", was_guarded.block_id)
                        AND b.git_sha IS NOT NULL);
END
$function$;

-- Whether a new row can't have links yet, in a transaction that should not read: the application's foreign key sees to it. (One
-- that does not delete them with their block keeps them where a row goes and comes by one statement.)
CREATE OR REPLACE FUNCTION git_memory.comes_before_links(relation oid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN current_setting('transaction_isolation') = 'serializable'
           AND EXISTS (SELECT
                       FROM pg_constraint c
                            JOIN pg_attribute a
                              ON a.attrelid = c.conrelid
                             AND a.attnum = ANY (c.conkey)
                       WHERE c.contype = 'f'
                         AND c.convalidated
                         AND c.confdeltype IN ('c', 'r')
                         AND c.confrelid = relation
                         AND c.conrelid = '"${app_schema}"."${blocks_agents_table}"'::regclass
                         AND a.attname = 'block_id');
END
$function$;

-- A new row of the blocks table is judged if an agent with the tag has it. The commit that it brings is judged at the end:
-- a row that moves to another partition is a new row there before its links have followed.
CREATE OR REPLACE FUNCTION git_memory.gate_block() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    block_id  text;
    label     text;
    is_judged boolean;
BEGIN
    BEGIN
        block_id := NEW.id;
        label    := NEW.label;
    EXCEPTION
        WHEN datatype_mismatch THEN
            EXECUTE 'SELECT ($1).id, ($1).label' INTO block_id, label USING NEW;
    END;
    IF NEW.git_sha <> 'pending' THEN
        is_judged := git_memory.is_judged('sha', NULL, block_id, label, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
    END IF;
    IF NOT git_memory.comes_before_links(TG_RELID) AND git_memory.is_guarded(block_id) THEN
        is_judged := git_memory.is_judged('row', NULL, block_id, label, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
    END IF;
    RETURN NULL;
END
$function$;

-- A row that carries something was written. Columns that git does not mirror are the application's, and a row that is what it
-- was before stays as right as it was. (*<> compares the stored bytes, whatever a column's type or collation calls equal.) A key
-- that goes may take a memory along: links follow it, except where there are no foreign keys.
CREATE OR REPLACE FUNCTION git_memory.gate_row() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    block_id  text;
    label     text;
    is_other  boolean;
    former_id text; -- of a key that went
    kind      text;
    is_judged boolean;
BEGIN
    BEGIN
        block_id  := NEW.id;
        label     := NEW.label;
        is_other  := ROW(OLD.id, OLD.label, OLD.value, OLD.description, OLD."limit", OLD.read_only, OLD.metadata_)::record
                     *<> ROW(NEW.id, NEW.label, NEW.value, NEW.description, NEW."limit", NEW.read_only, NEW.metadata_)::record;
        former_id := CASE WHEN ROW(OLD.id, OLD.label)::record *<> ROW(NEW.id, NEW.label)::record THEN OLD.id END;
    EXCEPTION
        WHEN datatype_mismatch THEN
            EXECUTE 'SELECT ($2).id, ($2).label,'
                    ' ROW(($1).id, ($1).label, ($1).value, ($1).description, ($1)."limit", ($1).read_only, ($1).metadata_)::record'
                    ' *<> ROW(($2).id, ($2).label, ($2).value, ($2).description, ($2)."limit", ($2).read_only, ($2).metadata_)'
                    '::record,'
                    ' CASE WHEN ROW(($1).id, ($1).label)::record *<> ROW(($2).id, ($2).label)::record THEN ($1).id END'
            INTO block_id, label, is_other, former_id
            USING OLD, NEW;
    END;
    kind := CASE
                WHEN OLD.git_sha IS NOT DISTINCT FROM NEW.git_sha THEN CASE WHEN is_other THEN 'row' END
                WHEN NEW.git_sha = 'pending' AND NOT is_other     THEN 'pending'
                ELSE 'commit'
            END;
    IF kind IS NOT NULL THEN
        is_judged := git_memory.is_judged(kind, NULL, block_id, label, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
    END IF;
    IF former_id IS NOT NULL AND OLD.git_sha IS NOT NULL THEN
        is_judged := git_memory.is_judged('loss', NULL, former_id, NULL, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
    END IF;
    RETURN NULL;
END
$function$;

-- A row that carried something was deleted.
CREATE OR REPLACE FUNCTION git_memory.gate_row_removed() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    block_id  text;
    is_judged boolean;
BEGIN
    BEGIN
        block_id := OLD.id;
    EXCEPTION
        WHEN datatype_mismatch THEN
            EXECUTE 'SELECT ($1).id' INTO block_id USING OLD;
    END;
    is_judged := git_memory.is_judged('loss', NULL, block_id, NULL, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
    RETURN NULL;
END
$function$;

-- A link that goes may take a memory of an enabled agent along, and leaves a row behind that may not carry its commit any
-- more; a link that comes gives its agent a memory.
CREATE OR REPLACE FUNCTION git_memory.gate_link() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
AS $function$
DECLARE
    was_agent text;
    was_block text;
    was_label text;
    agent     text;
    block     text;
    label     text;
    is_judged boolean;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        BEGIN
            was_agent := OLD.agent_id;
            was_block := OLD.block_id;
            was_label := OLD.block_label;
        EXCEPTION
            WHEN datatype_mismatch THEN
                EXECUTE 'SELECT ($1).agent_id, ($1).block_id, ($1).block_label'
                INTO was_agent, was_block, was_label
                USING OLD;
        END;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        BEGIN
            agent := NEW.agent_id;
            block := NEW.block_id;
            label := NEW.block_label;
        EXCEPTION
            WHEN datatype_mismatch THEN
                EXECUTE 'SELECT ($1).agent_id, ($1).block_id, ($1).block_label'
                INTO agent, block, label
                USING NEW;
        END;
    END IF;
    -- The condition of an update's trigger compares the whole row.
    IF TG_OP = 'UPDATE' AND was_agent = agent AND was_block = block AND was_label = label THEN
        RETURN NULL;
    END IF;

    IF TG_OP <> 'INSERT' AND git_memory.meet_fence(was_agent) THEN
        IF git_memory.is_guarded_agent(was_agent) THEN
            is_judged := git_memory.is_judged('loss', was_agent, was_block, was_label, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
        END IF;
        IF git_memory.was_guarded(was_agent, was_block) THEN
            is_judged := git_memory.is_judged('left', was_agent, was_block, was_label, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        -- Whatever foreign keys the application has: no link falls between.
        PERFORM git_memory.hold_agent(agent);
        IF git_memory.is_guarded_agent(agent) THEN
            is_judged := git_memory.is_judged('link', agent, block, label, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME);
        END IF;
    END IF;
    RETURN NULL;
END
$function$;

CALL git_memory.set_rights();
