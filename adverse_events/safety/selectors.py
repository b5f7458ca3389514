"""Read serious events, their reports and drafts of either, over subjects."""

from __future__ import annotations

import json
from collections.abc import Collection

from django.db import connection

from trial_edc.audit import clock
from trial_edc.crf.spec import protocol

from .clocks import Clock, SafetyRow, clocks

_COLUMNS = "s.id, s.code, s.site_id, s.zone"
# When a draft of entry `slot` first said that the event is serious; what was discarded since does not count.
_MARKED_IN_DRAFT = """(
    SELECT min(v.at) FROM casebook_draftevent v
    WHERE v.subject_id = s.id AND v.slot = 'ae/' || {seq} AND v.values ->> 'ae.aeser' = 'Y'
      AND NOT EXISTS (SELECT 1 FROM casebook_draftevent x WHERE x.user_id = v.user_id AND x.subject_id = v.subject_id
                      AND x.slot = v.slot AND x.action = 'discarded' AND x.id > v.id))"""
_SERIOUS = f"""
WITH s AS (
    SELECT p.id, p.code, p.site_id, i.time_zone AS zone FROM subjects_subject p
    JOIN accounts_site i ON i.id = p.site_id WHERE p.site_id = ANY(%(sites)s) {{one}}
)
SELECT 'ae', {_COLUMNS}, f.seq, f.id, jsonb_build_object('title', coalesce(a.aectcae, a.aeterm), 'marked', least(
    (SELECT min(e.at) FROM audit_event e WHERE e.instance_id = f.id AND e.changes -> 'aeser' ->> 1 = 'Y'),
    {_MARKED_IN_DRAFT.format(seq="f.seq")}))::text
FROM s JOIN casebook_forminstance f ON f.subject_id = s.id AND f.form_code = 'ae' AND f.status <> 'withdrawn'
JOIN adverse_events_adverseevent a ON a.instance_id = f.id WHERE a.aeser = 'Y'
UNION ALL
SELECT 'sae', {_COLUMNS}, f.seq, f.id, jsonb_build_object('number', r.saenum, 'type', r.saetype,
    'aware', r.saeawdt, 'reported', r.saerpdt)::text
FROM s JOIN casebook_forminstance f ON f.subject_id = s.id AND f.form_code = 'sae' AND f.status <> 'withdrawn'
JOIN adverse_events_seriouseventreport r ON r.instance_id = f.id
UNION ALL
SELECT 'draft-' || d.form_code, {_COLUMNS}, d.seq, NULL, jsonb_build_object(
    'title', coalesce(nullif(d.values ->> 'ae.aectcae', ''), d.values ->> 'ae.aeterm'),
    'number', d.values ->> 'sae.saenum', 'type', d.values ->> 'sae.saetype', 'aware', d.values ->> 'sae.saeawdt',
    'by', u.full_name, 'marked', {_MARKED_IN_DRAFT.format(seq="d.seq")})::text
FROM s JOIN casebook_draft d ON d.subject_id = s.id AND d.visit_code = '' JOIN accounts_user u ON u.id = d.user_id
WHERE (d.form_code = 'ae' AND d.values ->> 'ae.aeser' = 'Y')
   OR (d.form_code = 'sae' AND coalesce(d.values ->> 'sae.saeawdt', '') <> '')
"""


def serious_rows(site_ids: Collection[int], *, subject_id: int | None = None) -> list[SafetyRow]:
    """Serious events, their reports and drafts of either, of sites or of one subject. One statement."""
    one = "AND p.id = %(subject)s" if subject_id is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(_SERIOUS.format(one=one), {"sites": list(site_ids), "subject": subject_id})
        return [SafetyRow(*row[:-1], facts=json.loads(row[-1])) for row in cursor.fetchall()]


def sae_clocks(site_ids: Collection[int], *, subject_id: int | None = None) -> list[Clock]:
    """Clocks of serious events, the earliest due first, stopped ones last. One statement."""
    rows = serious_rows(site_ids, subject_id=subject_id)
    return clocks(rows, now=clock.now(), hours=protocol().settings.sae_report_hours)
