-- Rights of the two database roles, for the current database. Run as a superuser; safe to run again.
-- edc_owner owns the database and migrates. edc_app (web and worker) owns nothing: it reads and writes rows.
-- What edc_app may not do to a single table (delete clinical rows, change the trail) is decided by that table's
-- triggers and by REVOKE in its migration.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO edc_app', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO edc_app;

ALTER DEFAULT PRIVILEGES FOR ROLE edc_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO edc_app;
ALTER DEFAULT PRIVILEGES FOR ROLE edc_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO edc_app;
