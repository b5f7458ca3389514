-- The triggers of audited tables. One row written is one audit event; no actor, no write.

-- The side of an item in the trail: its value, or why it is missing.
CREATE OR REPLACE FUNCTION public.audit_side(value jsonb, meta jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT CASE
    WHEN value <> 'null' THEN value
    WHEN meta ? 'missing' THEN
        jsonb_strip_nulls(jsonb_build_object('missing', meta -> 'missing', 'note', meta -> 'note'))
END
$body$;

-- What the database stores of a written row, so that a change behind the trigger's back can be found.
CREATE OR REPLACE FUNCTION public.audit_row_digest(written jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT sha256(convert_to(jsonb_strip_nulls(written)::text, 'UTF8'))
$body$;

-- Arguments: primary key column, form instance column, subject column, columns left out (comma separated), and for a
-- table that hangs on another: parent table, column that points to it, its form instance column, its subject column.
-- Then columns that are no entry of their own when the row is born (comma separated), columns that never are, and for a
-- measured row its value and the columns that belong to it (unit, standard value, limits, grade): they go into the
-- details of the event, beside the value that changed. What does not apply is ''.
CREATE OR REPLACE FUNCTION public.audit_capture() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $body$
DECLARE
    actor_setting text := current_setting('edc.actor_id', true);
    reasons_setting text := current_setting('edc.reasons', true);
    left_out text[] := string_to_array(TG_ARGV[3], ',');
    new_row jsonb := to_jsonb(NEW);
    old_row jsonb := '{}';
    new_meta jsonb;
    old_meta jsonb;
    instance bigint := new_row ->> TG_ARGV[1];
    subject bigint := new_row ->> TG_ARGV[2];
    form text := coalesce(new_row ->> 'form_code', '');
    pk text := new_row ->> TG_ARGV[0];
    parent jsonb;
    changed jsonb;
    side_changes jsonb;
    side_details jsonb;
    beside text[] := string_to_array(TG_ARGV[9], ',');
    item_reasons jsonb;
    actor_name text;
    actor_organisation text;
    actor_is_active boolean;
BEGIN
    new_row := new_row - left_out;
    IF TG_OP = 'UPDATE' THEN
        old_row := to_jsonb(OLD) - left_out;
        SELECT jsonb_object_agg(n.key, jsonb_build_array(old_row -> n.key, n.value)) INTO changed
        FROM jsonb_each(new_row) n WHERE n.value IS DISTINCT FROM old_row -> n.key AND n.key <> 'meta';
    ELSE
        SELECT jsonb_object_agg(n.key, jsonb_build_array(NULL, n.value)) INTO changed
        FROM jsonb_each(new_row) n
        WHERE n.value <> 'null' AND n.key NOT IN ('meta', TG_ARGV[0], TG_ARGV[1], TG_ARGV[2])
            AND n.key <> ALL (coalesce(string_to_array(TG_ARGV[8], ','), '{}'));
    END IF;

    IF jsonb_typeof(new_row -> 'meta') = 'object' OR jsonb_typeof(old_row -> 'meta') = 'object' THEN
        new_meta := CASE WHEN jsonb_typeof(new_row -> 'meta') = 'object' THEN new_row -> 'meta' ELSE '{}' END;
        old_meta := CASE WHEN jsonb_typeof(old_row -> 'meta') = 'object' THEN old_row -> 'meta' ELSE '{}' END;
        SELECT jsonb_object_agg(item, CASE WHEN old_side IS DISTINCT FROM new_side
                THEN jsonb_build_array(old_side, new_side) ELSE jsonb_build_array(old_meta -> item, new_meta -> item) END),
            jsonb_object_agg(item, jsonb_build_array(old_meta -> item, new_meta -> item))
                FILTER (WHERE old_side IS DISTINCT FROM new_side AND old_meta -> item IS DISTINCT FROM new_meta -> item)
        INTO side_changes, side_details
        FROM jsonb_object_keys(old_meta || new_meta) item,
            LATERAL (SELECT public.audit_side(old_row -> item, old_meta -> item) AS old_side,
                public.audit_side(new_row -> item, new_meta -> item) AS new_side) sides
        WHERE old_side IS DISTINCT FROM new_side OR old_meta -> item IS DISTINCT FROM new_meta -> item;
        changed := coalesce(changed, '{}') || coalesce(side_changes, '{}');
    END IF;
    IF TG_OP = 'UPDATE' AND coalesce(changed, '{}') = '{}' THEN
        RETURN NULL;
    END IF;
    IF changed ? TG_ARGV[10] THEN
        beside := beside || string_to_array(TG_ARGV[11], ',');
    END IF;
    IF changed ?| beside THEN
        SELECT coalesce(side_details, '{}') || jsonb_object_agg(c.key, c.value) INTO side_details
        FROM jsonb_each(changed) c WHERE c.key = ANY (beside);
        changed := changed - beside;
    END IF;

    IF coalesce(actor_setting, '') = '' THEN
        RAISE EXCEPTION 'No actor is named for this write to %. Write inside audited(by=...).', TG_TABLE_NAME
            USING ERRCODE = 'ED001';
    END IF;
    IF actor_setting ~ '^[0-9]{1,18}$' THEN
        SELECT u.full_name, u.organisation, u.is_active INTO actor_name, actor_organisation, actor_is_active
        FROM public.accounts_user u WHERE u.id = actor_setting::bigint;
    END IF;
    IF actor_name IS NULL OR (TG_TABLE_NAME = 'accounts_user' AND TG_OP = 'INSERT' AND pk = actor_setting
            AND new_row ->> 'email' <> 'system@edc.invalid') THEN
        RAISE EXCEPTION 'The actor % named for this write to % is not a known user.', actor_setting, TG_TABLE_NAME
            USING ERRCODE = 'ED002';
    END IF;
    IF NOT actor_is_active THEN
        RAISE EXCEPTION 'The account of % is not active, so it cannot write to %.', actor_name, TG_TABLE_NAME
            USING ERRCODE = 'ED003';
    END IF;

    IF TG_ARGV[4] <> '' THEN
        EXECUTE format('SELECT to_jsonb(p) FROM public.%I p WHERE p.id = $1', TG_ARGV[4])
            INTO parent USING (to_jsonb(NEW) ->> TG_ARGV[5])::bigint;
        instance := coalesce(instance, (parent ->> TG_ARGV[6])::bigint);
        subject := coalesce(subject, (parent ->> TG_ARGV[7])::bigint);
    END IF;
    IF instance IS NOT NULL AND (subject IS NULL OR form = '') THEN
        SELECT f.subject_id, f.form_code INTO subject, form FROM public.casebook_forminstance f WHERE f.id = instance;
    END IF;
    IF reasons_setting <> '' THEN
        SELECT jsonb_object_agg(r.key, r.value) INTO item_reasons
        FROM jsonb_each(reasons_setting::jsonb) r WHERE changed ? r.key;
    END IF;

    INSERT INTO public.audit_event (at, recorded_at, xid, table_name, action, row_pk, subject_id, instance_id,
        form_code, changes, details, reasons, row_digest, actor_id, actor_name, role, organisation, reason, source,
        app_version, request_id)
    VALUES (public.edc_now(), clock_timestamp(), pg_current_xact_id(), TG_TABLE_NAME, left(TG_OP, 1), pk, subject,
        instance, coalesce(form, ''), coalesce(changed, '{}'), side_details, item_reasons,
        public.audit_row_digest(new_row), actor_setting::bigint, actor_name,
        coalesce(current_setting('edc.role', true), ''), actor_organisation,
        coalesce(current_setting('edc.reason', true), ''), coalesce(current_setting('edc.source', true), ''),
        coalesce(current_setting('edc.version', true), ''), coalesce(current_setting('edc.request_id', true), ''));
    RETURN NULL;
END
$body$;
REVOKE ALL ON FUNCTION public.audit_capture() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.audit_refuse_delete() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION 'Rows of % are never deleted. Withdraw the record instead.', TG_TABLE_NAME USING ERRCODE = 'ED004';
END
$body$;

CREATE OR REPLACE FUNCTION public.audit_refuse_truncate() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION 'The table % holds audited rows and is never emptied.', TG_TABLE_NAME USING ERRCODE = 'ED005';
END
$body$;
