package dev.gitmemory.guard;

import java.util.List;

/** What is done to the guard's jar and classes, and to who may change them, where the guard runs in PL/Java. */
final class JarTampering {

    static final List<Tampering> ALL = List.of(
            Tampering.mended("DELETE FROM sqlj.classpath_entry WHERE schemaname = 'git_memory'", "guard", "class path"),
            Tampering.mended("DELETE FROM sqlj.jar_entry", "guard", "class path"),
            Tampering.mended(
                    "DELETE FROM sqlj.jar_entry WHERE entryname LIKE '%LinkGuard%'", "guard", "classes of the jar"),
            Tampering.mended(
                    "UPDATE sqlj.jar_entry SET entryimage = '\\xCAFEBABE' WHERE entryname LIKE '%LinkGuard%'",
                    "guard", "classes of the jar"),
            Tampering.mended(
                    "INSERT INTO sqlj.jar_repository (jarname, jarorigin, jarowner) VALUES ('evil', 'here', current_user);"
                            + " UPDATE sqlj.classpath_entry SET ordinal = 2 WHERE schemaname = 'git_memory';"
                            + " INSERT INTO sqlj.classpath_entry SELECT 'git_memory', 1, jarid FROM sqlj.jar_repository"
                            + " WHERE jarname = 'evil'",
                    "guard",
                    "class path"),
            Tampering.mended(
                    "REVOKE USAGE ON SCHEMA sqlj FROM git_memory_owner", "SCHEMA sqlj", "can't load its classes"),
            Tampering.told(
                    "ALTER TABLE sqlj.jar_entry ENABLE ROW LEVEL SECURITY",
                    "TABLE sqlj.jar_entry",
                    "hides the guard's classes"),
            Tampering.told(
                    "GRANT USAGE ON SCHEMA sqlj TO {app}; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA sqlj TO {app}",
                    "SCHEMA sqlj",
                    "replace the guard's classes"),
            Tampering.told(
                    "GRANT USAGE ON SCHEMA sqlj TO {group}; GRANT UPDATE ON sqlj.jar_entry TO {group}",
                    "SCHEMA sqlj",
                    "replace the guard's classes"),
            Tampering.told("GRANT USAGE ON SCHEMA sqlj TO PUBLIC", "SCHEMA sqlj", "PUBLIC may use it"),
            Tampering.told("GRANT {group} TO {app}; GRANT USAGE ON SCHEMA sqlj TO {group}", "SCHEMA sqlj", "group"),
            Tampering.told(
                    "GRANT UPDATE (entryimage) ON sqlj.jar_entry TO {app}",
                    "TABLE sqlj.jar_entry",
                    "UPDATE (entryimage), and so may replace the guard's classes"),
            Tampering.told(
                    "REVOKE SELECT ON sqlj.jar_entry FROM PUBLIC",
                    "SCHEMA sqlj",
                    "git_memory_owner may not read sqlj.jar_entry"),
            Tampering.told("ALTER SCHEMA sqlj OWNER TO {app}", "SCHEMA sqlj", "owned by"),
            Tampering.told("ALTER TABLE sqlj.jar_entry OWNER TO {group}", "TABLE sqlj.jar_entry", "no superuser"),
            Tampering.told(
                    "ALTER FUNCTION sqlj.replace_jar(bytea, varchar, boolean) OWNER TO {app}",
                    "ROUTINE sqlj.replace_jar(bytea,character varying,boolean)",
                    "may have replaced it"),
            Tampering.told(
                    "CREATE FUNCTION sqlj.install_jar(bytea, text, boolean) RETURNS void LANGUAGE sql AS 'SELECT';"
                            + " ALTER FUNCTION sqlj.install_jar(bytea, text, boolean) OWNER TO {app}",
                    "ROUTINE sqlj.install_jar(bytea,text,boolean)",
                    "not PL/Java's"),
            Tampering.told(
                    "ALTER SCHEMA sqlj RENAME TO sqlj_real; CREATE SCHEMA sqlj AUTHORIZATION {app};"
                            + " CREATE VIEW sqlj.jar_entry AS SELECT * FROM sqlj_real.jar_entry",
                    "SCHEMA sqlj",
                    "the extension pljava, which is in schema sqlj_real"),
            Tampering.told("ALTER SCHEMA sqlj RENAME TO sqlj_real", "SCHEMA sqlj", "which is in schema sqlj_real"),
            Tampering.told(
                    "ALTER EXTENSION pljava DROP TABLE sqlj.classpath_entry",
                    "EXTENSION pljava",
                    "sqlj.classpath_entry: not its table"),
            Tampering.told(
                    "CREATE TABLE public.entries () INHERITS (sqlj.jar_entry)",
                    "TABLE public.entries",
                    "inherits from sqlj.jar_entry"),
            Tampering.told(
                    "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
                            + " ALTER FUNCTION public.f() OWNER TO {app};"
                            + " CREATE TRIGGER f BEFORE INSERT ON sqlj.jar_entry FOR EACH ROW EXECUTE FUNCTION public.f()",
                    "TRIGGER f ON sqlj.jar_entry",
                    "no superuser"),
            Tampering.told(
                    "CREATE RULE r AS ON INSERT TO sqlj.jar_entry DO INSTEAD NOTHING",
                    "RULE r ON sqlj.jar_entry",
                    "not PL/Java's"));

    private JarTampering() {}
}
