-- A refusal is raised by the trigger on the application's table: its CONTEXT then tells of nothing that lies inside the guard.

ALTER TABLE git_memory.judgement ADD COLUMN refusal text[];
COMMENT ON COLUMN git_memory.judgement.refusal IS 'What the guard has against the write, for the trigger that handed it over';
