-- Which role was allowed to call which procedure. PostgreSQL's own grants go with a procedure whose parameters change;
-- migrations give them again by this.
CREATE TABLE git_memory.allowed_call (
    role_name text NOT NULL,
    procedure text NOT NULL,
    PRIMARY KEY (role_name, procedure)
);
ALTER TABLE git_memory.allowed_call OWNER TO git_memory_owner;
