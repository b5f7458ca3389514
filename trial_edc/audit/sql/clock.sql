-- The time of the record. Real time, unless the owner has marked this database as a test database and the
-- transaction carries a test clock. Only the owner may write the mark.
CREATE TABLE public.audit_test_clock (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    marked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
REVOKE ALL ON public.audit_test_clock FROM PUBLIC, edc_app;
GRANT SELECT ON public.audit_test_clock TO edc_app;

CREATE OR REPLACE FUNCTION public.edc_now() RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    test_time text := current_setting('edc.now', true);
BEGIN
    IF test_time <> '' AND EXISTS (SELECT FROM public.audit_test_clock) THEN
        RETURN test_time::timestamptz;
    END IF;
    RETURN now();
END
$body$;
