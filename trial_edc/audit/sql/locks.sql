-- Locks. A row of casebook_lock covers a form, a visit, a subject or a site from its confirmation until it is
-- released. A row of casebook_unlock opens what it covers for a while, whatever the lock's scope; it closes by itself.
CREATE OR REPLACE FUNCTION public.edc_lock_covers(instance bigint, visit bigint, subject bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    site bigint;
BEGIN
    SELECT s.site_id INTO site FROM public.subjects_subject s WHERE s.id = subject;
    IF NOT EXISTS (
        SELECT FROM public.casebook_lock l
        WHERE l.released_at IS NULL AND l.confirmed_at IS NOT NULL
            AND CASE l.scope
                WHEN 'form' THEN l.instance_id = instance
                WHEN 'visit' THEN l.visit_id = visit
                WHEN 'subject' THEN l.subject_id = subject
                WHEN 'site' THEN l.site_id = site
                ELSE true
            END
    ) THEN
        RETURN false;
    END IF;
    RETURN NOT EXISTS (
        SELECT FROM public.casebook_unlock u
        WHERE u.until > public.edc_now()
            AND CASE u.scope
                WHEN 'form' THEN u.instance_id = instance
                WHEN 'visit' THEN u.visit_id = visit
                WHEN 'subject' THEN u.subject_id = subject
                WHEN 'site' THEN u.site_id = site
                ELSE false
            END
    );
END
$body$;

CREATE OR REPLACE FUNCTION public.edc_is_locked(instance bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    form record;
BEGIN
    SELECT f.visit_id, f.subject_id INTO form FROM public.casebook_forminstance f WHERE f.id = instance;
    RETURN FOUND AND public.edc_lock_covers(instance, form.visit_id, form.subject_id);
END
$body$;

-- Argument: the form instance column. On casebook_forminstance itself that is `id`; its own row says which visit and
-- subject it belongs to, because a new form is not stored yet.
CREATE OR REPLACE FUNCTION public.refuse_locked() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    new_row jsonb := to_jsonb(NEW);
    instance bigint := new_row ->> TG_ARGV[0];
    before_move bigint;
    locked boolean;
BEGIN
    IF TG_TABLE_NAME = 'casebook_forminstance' THEN
        locked := public.edc_lock_covers(instance, (new_row ->> 'visit_id')::bigint, (new_row ->> 'subject_id')::bigint);
    ELSE
        locked := public.edc_is_locked(instance);
    END IF;
    IF TG_OP = 'UPDATE' AND NOT locked THEN
        before_move := to_jsonb(OLD) ->> TG_ARGV[0];
        locked := before_move IS DISTINCT FROM instance AND public.edc_is_locked(before_move)
            OR TG_TABLE_NAME = 'casebook_forminstance' AND public.edc_is_locked(before_move);
    END IF;
    IF locked THEN
        RAISE EXCEPTION 'The form is locked. Ask the data manager to unlock it.' USING ERRCODE = 'ED007';
    END IF;
    RETURN NEW;
END
$body$;
