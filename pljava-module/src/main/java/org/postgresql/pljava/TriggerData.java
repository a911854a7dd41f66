package org.postgresql.pljava;

import java.sql.ResultSet;
import java.sql.SQLException;

/** The firing of a trigger, as PL/Java hands it to the trigger's method. */
public interface TriggerData {
    /** {@return the row as it was written, of an INSERT or UPDATE} */
    ResultSet getNew() throws SQLException;

    /** {@return the row as it was before, of an UPDATE or DELETE} */
    ResultSet getOld() throws SQLException;

    /** {@return the arguments that CREATE TRIGGER gave to the function} */
    String[] getArguments() throws SQLException;

    /** {@return the trigger's name} */
    String getName() throws SQLException;

    /** {@return the schema of the table that was written} */
    String getSchemaName() throws SQLException;

    /** {@return the table that was written} */
    String getTableName() throws SQLException;
}
