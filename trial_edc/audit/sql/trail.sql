-- The audit trail: one row per written row, `changes` is {item: [old, new]}. `at` is the time of the record
-- (edc_now), `recorded_at` the real time of the machine. Partitioned by year of `at`.
CREATE TABLE public.audit_event (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    xid xid8 NOT NULL,
    table_name text NOT NULL,
    action text NOT NULL CHECK (action IN ('I', 'U')),
    row_pk text NOT NULL,
    subject_id bigint,
    instance_id bigint,
    form_code text NOT NULL,
    changes jsonb NOT NULL,
    details jsonb,
    reasons jsonb,
    row_digest bytea NOT NULL,
    actor_id bigint NOT NULL,
    actor_name text NOT NULL,
    role text NOT NULL,
    organisation text NOT NULL,
    reason text NOT NULL,
    source text NOT NULL,
    app_version text NOT NULL,
    request_id text NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX audit_event_instance ON public.audit_event (instance_id, id) WHERE instance_id IS NOT NULL;
CREATE INDEX audit_event_subject ON public.audit_event (subject_id, id) WHERE subject_id IS NOT NULL;
CREATE INDEX audit_event_actor ON public.audit_event (actor_id, id);
CREATE INDEX audit_event_xid ON public.audit_event (xid, id);
CREATE INDEX audit_event_at ON public.audit_event USING brin (at);

-- Guards of the trail. They fire for everyone, the owner and `session_replication_role = replica` included.
CREATE OR REPLACE FUNCTION public.audit_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION 'The audit trail only grows: % on % is refused.', TG_OP, TG_TABLE_NAME USING ERRCODE = 'ED006';
END
$body$;

CREATE OR REPLACE FUNCTION public.audit_refuse_direct_insert() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION 'Audit events are written by the triggers of audited tables, never directly.'
        USING ERRCODE = 'ED008';
END
$body$;

CREATE OR REPLACE FUNCTION public.audit_guard_trail(guarded regclass, with_rows boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    EXECUTE format('CREATE TRIGGER audit_trail_truncate BEFORE TRUNCATE ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse_change()', guarded);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER audit_trail_truncate', guarded);
    IF with_rows THEN
        EXECUTE format('CREATE TRIGGER audit_trail_change BEFORE UPDATE OR DELETE ON %s
            FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse_change()', guarded);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER audit_trail_change', guarded);
    END IF;
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, edc_app', guarded);
    EXECUTE format('GRANT SELECT ON %s TO edc_app', guarded);
END
$body$;

-- A row guard on the parent is cloned to every partition; the statement guards are put on each partition as well,
-- because a statement that names a partition does not fire those of its parent.
CREATE OR REPLACE FUNCTION public.audit_add_partition(first_year integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    partition text := format('public.audit_event_%s', coalesce(first_year::text, 'default'));
BEGIN
    IF first_year IS NULL THEN
        EXECUTE format('CREATE TABLE %s PARTITION OF public.audit_event DEFAULT', partition);
    ELSE
        EXECUTE format('CREATE TABLE %s PARTITION OF public.audit_event FOR VALUES FROM (%L) TO (%L)', partition,
            make_timestamptz(first_year, 1, 1, 0, 0, 0, 'UTC'), make_timestamptz(first_year + 1, 1, 1, 0, 0, 0, 'UTC'));
    END IF;
    PERFORM public.audit_guard_trail(partition::regclass, true);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER audit_trail_insert', partition);
END
$body$;

CREATE TRIGGER audit_trail_insert BEFORE INSERT ON public.audit_event
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.audit_refuse_direct_insert();
ALTER TABLE public.audit_event ENABLE ALWAYS TRIGGER audit_trail_insert;
SELECT public.audit_guard_trail('public.audit_event', true);
SELECT public.audit_add_partition(year) FROM generate_series(2026, 2031) year;
SELECT public.audit_add_partition(NULL);
REVOKE ALL ON SEQUENCE public.audit_event_id_seq FROM PUBLIC, edc_app;
REVOKE ALL ON FUNCTION public.audit_guard_trail(regclass, boolean), public.audit_add_partition(integer) FROM PUBLIC;

-- One line per item changed: what pages, exports and counts use.
CREATE VIEW public.audit_value AS
SELECT e.id || '.' || item.key AS key, e.id AS event_id, e.at, e.recorded_at, e.table_name, e.action, e.row_pk,
    e.subject_id, e.instance_id, e.form_code, item.key AS item,
    nullif(item.value -> 0, 'null') AS old, nullif(item.value -> 1, 'null') AS new,
    nullif(e.details -> item.key -> 0, 'null') AS old_detail,
    nullif(e.details -> item.key -> 1, 'null') AS new_detail,
    e.actor_id, e.actor_name, e.role, e.organisation, coalesce(e.reasons ->> item.key, e.reason) AS reason,
    e.source, e.app_version, e.request_id,
    e.details - ARRAY(SELECT jsonb_object_keys(e.changes)) AS beside
FROM public.audit_event e CROSS JOIN LATERAL jsonb_each(e.changes) item;
REVOKE ALL ON public.audit_value FROM PUBLIC, edc_app;
GRANT SELECT ON public.audit_value TO edc_app;
