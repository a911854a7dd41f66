-- So that an uninstallation can say which of the application's tables came from git-memory.
ALTER TABLE git_memory.installation ADD COLUMN made_tables text[];
COMMENT ON COLUMN git_memory.installation.made_tables
    IS 'The application''s tables that migrate has made in an empty database; null where it has made none';
