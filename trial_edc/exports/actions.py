"""Making a data cut and freezing its rows."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from trial_edc.accounts.models import Site, User
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.audit.system import system_user
from trial_edc.crf.registry import all_crfs, row_models
from trial_edc.crf.spec import row_label
from trial_edc.reports.actions import request_report
from trial_edc.reports.models import ReportRun

from .frozen import digest_of
from .models import CutContent, DataCut
from .problems import CannotCut

KIND, LIVE = "endpoints", "live"
_COLUMNS = """cut_id, subject_id, instance_id, visit_code, form_code, seq, status, status_reason, revision,
    protocol_version, saved_at, content"""
_SUBJECTS = """
SELECT %(cut)s, s.id, 0, '', '', 1, '', '', 0, s.protocol_version, s.registered_at, jsonb_build_object(
    'head', to_jsonb(s), 'site', jsonb_build_object('id', a.id, 'code', a.code, 'name', a.name,
        'time_zone', a.time_zone), 'rows', '[]'::jsonb)
FROM subjects_subject s JOIN accounts_site a ON a.id = s.site_id
"""
_FORMS = """
SELECT %(cut)s, f.subject_id, f.id, coalesce(v.code, ''), f.form_code, f.seq, f.status, f.status_reason, f.revision,
    f.protocol_version, f.saved_at, jsonb_build_object(
        'head', (SELECT to_jsonb(t) FROM "{table}" t WHERE t.instance_id = f.id), 'rows', {rows})
FROM casebook_forminstance f LEFT JOIN subjects_visit v ON v.id = f.visit_id
WHERE f.form_code = '{code}'
"""
_ROWS = """coalesce((SELECT jsonb_agg(jsonb_build_array(r.label, r.stored) ORDER BY r.label, r.row_no, r.id)
    FROM ({tables}) r), '[]')"""
_ROW_TABLE = """SELECT '{label}' AS label, t.row_no, t.id, to_jsonb(t) AS stored FROM "{table}" t
    WHERE t.instance_id = f.id"""


def make_cut(*, by: User, name: str, cutoff_on: date) -> DataCut:
    """Name a cut; its rows are frozen by `freeze`. Raises CannotCut: the name is taken, or the day is to come."""
    name = " ".join(name.split())
    if not name:
        raise CannotCut(_("Enter a name for the cut."))
    if cutoff_on > clock.now().date():
        raise CannotCut(
            _("The cut-off %(day)s lies in the future. Choose today or an earlier day.")
            % {"day": cutoff_on.isoformat()}
        )
    with audited(by=by):
        _wait_for_others("cuts")
        if DataCut.objects.filter(name__iexact=name).exists():
            raise CannotCut(_("There is a cut named %(name)s already. Choose another name.") % {"name": name})
        return DataCut.objects.create(name=name, cutoff_on=cutoff_on, made_at=clock.now(), made_by=by)


def request_results(*, by: User, cut: DataCut | None) -> ReportRun:
    """Ask for the results of a cut, or of the live data; the job freezes the cut first when it is not yet.

    Raises CannotReport: too many unfinished jobs of this person.
    """
    return request_report(
        by=by, kind=KIND, parameters={"cut": str(cut.pk) if cut else LIVE}, sites=list(Site.objects.all())
    )


def cut_and_compute(*, by: User, name: str, cutoff_on: date) -> DataCut:
    """Name a cut and ask for its results, both or neither. Raises CannotCut, CannotReport."""
    with audited(by=by):
        cut = make_cut(by=by, name=name, cutoff_on=cutoff_on)
        request_results(by=by, cut=cut)
    return cut


def freeze(*, cut: DataCut, by: User | None = None) -> CutContent:
    """Copy every form of every subject as it is now, in one statement and so at one instant; at most once per cut."""
    with audited(by=by or system_user(), source="system"):
        _wait_for_others(f"cut-{cut.pk}")
        content = CutContent.objects.filter(cut=cut).first()
        if content is not None:
            return content
        frozen_at = clock.now()
        n_rows, n_subjects, snapshot = _copy(cut)
        return CutContent.objects.create(
            cut=cut,
            frozen_at=frozen_at,
            snapshot=snapshot,
            n_subjects=n_subjects,
            n_rows=n_rows - n_subjects,
            sha256=digest_of(cut),
        )


def _copy(cut: DataCut) -> tuple[int, int, str]:
    """Rows written, subjects among them, and the snapshot the statement read."""
    parts = [_SUBJECTS, *(_form_rows(model) for model in all_crfs())]
    statement = (
        f"WITH copied AS (INSERT INTO exports_frozenrow ({_COLUMNS}) {' UNION ALL '.join(parts)} RETURNING form_code) "
        "SELECT count(*), count(*) FILTER (WHERE form_code = ''), pg_current_snapshot()::text FROM copied"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"cut": cut.pk})
        n_rows, n_subjects, snapshot = cursor.fetchone()
    return n_rows, n_subjects, snapshot


def _form_rows(model) -> str:
    code = model.Crf.code
    tables = [_ROW_TABLE.format(label=row_label(row), table=row._meta.db_table) for row in row_models(code)]
    rows = _ROWS.format(tables=" UNION ALL ".join(tables)) if tables else "'[]'::jsonb"
    return _FORMS.format(table=model._meta.db_table, rows=rows, code=code)


def _wait_for_others(name: str) -> None:
    """One at a time, until the transaction ends: the rows themselves cannot be locked for an update."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"exports-{name}"])
