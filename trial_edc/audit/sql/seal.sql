-- Seals. A seal covers the events of finished transactions that no seal covers yet, in (xid, id) order, with a digest
-- of each row; its head binds those digests, its own columns and the head before it.
CREATE TABLE public.audit_seal (
    id bigint PRIMARY KEY,
    cluster text NOT NULL,
    horizon xid8 NOT NULL,
    n_rows bigint NOT NULL,
    first_id bigint NOT NULL,
    last_id bigint NOT NULL,
    sealed_at timestamptz NOT NULL,
    previous text NOT NULL,
    head text NOT NULL
);
CREATE TABLE public.audit_sealed_row (
    event_id bigint PRIMARY KEY,
    seal_id bigint NOT NULL,
    position bigint NOT NULL,
    digest bytea NOT NULL,
    UNIQUE (seal_id, position)
);
SELECT public.audit_guard_trail('public.audit_seal', true);
SELECT public.audit_guard_trail('public.audit_sealed_row', true);

CREATE OR REPLACE FUNCTION public.audit_event_digest(e public.audit_event) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT sha256(convert_to(jsonb_build_array(e.id, extract(epoch FROM e.at), extract(epoch FROM e.recorded_at),
    e.xid::text, e.table_name, e.action, e.row_pk, e.subject_id, e.instance_id, e.form_code, e.changes, e.details,
    e.reasons, encode(e.row_digest, 'hex'), e.actor_id, e.actor_name, e.role, e.organisation, e.reason, e.source,
    e.app_version, e.request_id)::text, 'UTF8'))
$body$;

CREATE OR REPLACE FUNCTION public.audit_seal_head(s public.audit_seal) RETURNS text
LANGUAGE sql STABLE AS $body$
    SELECT encode(sha256(
    convert_to(jsonb_build_array(s.id, s.cluster, s.horizon::text, s.n_rows, s.first_id, s.last_id,
        extract(epoch FROM s.sealed_at), s.previous)::text, 'UTF8')
    || (SELECT coalesce(string_agg(r.digest, '' ORDER BY r.position), '') FROM public.audit_sealed_row r
        WHERE r.seal_id = s.id)), 'hex')
$body$;

-- Make one seal; returns no row when there is nothing to cover. Transaction numbers start again in a restored copy, so
-- the first seal in another cluster takes every event that is visible and not covered, whatever its number.
CREATE OR REPLACE FUNCTION public.audit_make_seal() RETURNS SETOF public.audit_seal
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    last_seal public.audit_seal;
    seal public.audit_seal;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_seal'));
    SELECT * INTO last_seal FROM public.audit_seal ORDER BY id DESC LIMIT 1;
    seal.id := coalesce(last_seal.id, 0) + 1;
    seal.cluster := (SELECT system_identifier::text FROM pg_control_system());
    seal.horizon := pg_snapshot_xmin(pg_current_snapshot());
    seal.previous := coalesce(last_seal.head, '');
    seal.sealed_at := clock_timestamp();
    IF last_seal.cluster IS DISTINCT FROM seal.cluster THEN
        INSERT INTO public.audit_sealed_row (event_id, seal_id, position, digest)
        SELECT e.id, seal.id, row_number() OVER (ORDER BY e.xid, e.id), public.audit_event_digest(e)
        FROM public.audit_event e
        WHERE NOT EXISTS (SELECT FROM public.audit_sealed_row r WHERE r.event_id = e.id)
            AND (last_seal.id IS NOT NULL OR e.xid < seal.horizon);
    ELSE
        INSERT INTO public.audit_sealed_row (event_id, seal_id, position, digest)
        SELECT e.id, seal.id, row_number() OVER (ORDER BY e.xid, e.id), public.audit_event_digest(e)
        FROM public.audit_event e
        WHERE e.xid >= last_seal.horizon AND e.xid < seal.horizon
            AND NOT EXISTS (SELECT FROM public.audit_sealed_row r WHERE r.event_id = e.id);
    END IF;
    GET DIAGNOSTICS seal.n_rows = ROW_COUNT;
    IF seal.n_rows = 0 THEN
        RETURN;
    END IF;
    seal.first_id := (SELECT event_id FROM public.audit_sealed_row WHERE seal_id = seal.id AND position = 1);
    seal.last_id := (SELECT event_id FROM public.audit_sealed_row WHERE seal_id = seal.id AND position = seal.n_rows);
    seal.head := public.audit_seal_head(seal);
    INSERT INTO public.audit_seal SELECT seal.*;
    RETURN NEXT seal;
END
$body$;
REVOKE ALL ON FUNCTION public.audit_make_seal() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.audit_make_seal() TO edc_app;
