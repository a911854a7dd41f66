package org.postgresql.pljava;

import java.sql.ResultSet;
import java.sql.SQLException;

/** The firing of a trigger, as PL/Java hands it to the trigger's method. */
public interface TriggerData {
    /** {@return the row as it was written, of an INSERT or UPDATE} */
    ResultSet getNew() throws SQLException;
}
