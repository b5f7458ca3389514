"""The endpoint job for 254 subjects: reading, each section, the document, the figures; freezing a cut of them.

Run: `pytest tests/bench/bench_endpoints.py -s`. Prints seconds, the size of the document and of the figures.
"""

import time

from django.db import connection

from tests import scenarios
from tests.exports import studies
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.crf.registry import crf, row_models
from trial_edc.exports import actions, figures, frozen
from trial_edc.exports.compute import document_of
from trial_edc.exports.study import frozen_study, sections
from trial_edc.reports.documents import canonical

N, MOST_SECONDS = 254, 60
_COPY_SUBJECT = """
INSERT INTO subjects_subject (site_id, code, person, protocol_version, registered_at, cohort)
SELECT site_id, '102-' || lpad(%(n)s::text, 4, '0'), gen_random_uuid(), protocol_version, registered_at, cohort
FROM subjects_subject WHERE id = %(like)s RETURNING id
"""
_COPY_VISITS = """
INSERT INTO subjects_visit (subject_id, code) SELECT %(new)s, code FROM subjects_visit WHERE subject_id = %(like)s
"""
_COPY_FORMS = """
INSERT INTO casebook_forminstance (subject_id, visit_id, form_code, seq, protocol_version, status, status_reason,
    revision, saved_at, saved_by_id)
SELECT %(new)s, (SELECT w.id FROM subjects_visit w WHERE w.subject_id = %(new)s AND w.code = v.code), f.form_code,
    f.seq, f.protocol_version, f.status, f.status_reason, f.revision, f.saved_at, f.saved_by_id
FROM casebook_forminstance f LEFT JOIN subjects_visit v ON v.id = f.visit_id WHERE f.subject_id = %(like)s
"""
_PAIRS = """
SELECT f.id, g.id, f.form_code FROM casebook_forminstance f LEFT JOIN subjects_visit v ON v.id = f.visit_id
JOIN casebook_forminstance g ON g.subject_id = %(new)s AND g.form_code = f.form_code AND g.seq = f.seq
LEFT JOIN subjects_visit w ON w.id = g.visit_id
WHERE f.subject_id = %(like)s AND coalesce(v.code, '') = coalesce(w.code, '')
"""


def copy_rows(cursor, table, pairs):
    """The typed rows of some forms for others."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND column_name NOT IN ('id', 'instance_id')",
        [table],
    )
    names = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
    old, new = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    cursor.execute(
        f'INSERT INTO "{table}" (instance_id, {names}) SELECT p.new, {names} FROM "{table}" t '
        "JOIN unnest(%s, %s) p(old, new) ON p.old = t.instance_id",
        [old, new],
    )


def crowd(study, subjects):
    """Copies of these subjects up to N in all, through the audit triggers."""
    with audited(by=study["crc1"], source="import", reason="crowd"), connection.cursor() as cursor:
        for n in range(N - len(subjects)):
            named = {"n": n + 1, "like": subjects[n % len(subjects)].pk}
            cursor.execute(_COPY_SUBJECT, named)
            named["new"] = cursor.fetchone()[0]
            for statement in (_COPY_VISITS, _COPY_FORMS, _PAIRS):
                cursor.execute(statement, named)
            pairs = cursor.fetchall()
            for form in {form for _old, _new, form in pairs}:
                of_form = [pair for pair in pairs if pair[2] == form]
                for model in (crf(form), *row_models(form)):
                    copy_rows(cursor, model._meta.db_table, of_form)


def test_the_endpoints_of_254_subjects(fresh_database):
    study = scenarios.study()
    crowd(study, studies.cohort(study))
    took = {}

    def timed(name, function):
        start, used = time.perf_counter(), time.process_time()
        found = function()
        took[name] = (time.perf_counter() - start, time.process_time() - used)
        return found

    cut = actions.make_cut(by=study["stat1"], name="Bench", cutoff_on=clock.now().date())
    content = timed("freeze", lambda: actions.freeze(cut=cut))
    timed("verify", lambda: frozen.verify(content))
    data = timed("read", lambda: frozen_study(cut))
    parts = []
    for section in sections():
        parts += timed(section.__module__, lambda section=section: section(data))
    document = timed("document", lambda: canonical(document_of(data, parts, {"cut": "Bench"}, clock.now())))
    drawn = [figure for part in parts if part.source in ("", "investigator") for figure in part.figures]
    sizes = timed("figures", lambda: [len(figures.svg(figure, footer="Bench")) for figure in drawn])

    print(f"\n{len(data.books)} subjects, {content.n_rows} forms, document {len(document) / 1e6:.2f} MB")
    for name, (seconds, used) in took.items():
        print(f"{name:36s} {seconds:7.2f} s  {used:7.2f} s of this process")
    print(f"{len(sizes)} figures of {min(sizes) / 1e3:.0f} to {max(sizes) / 1e3:.0f} kB")
    assert len(data.books) == N
    assert sum(used for _seconds, used in took.values()) < MOST_SECONDS
