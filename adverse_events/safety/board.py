"""What the safety board is made of: events, severe CRS and ICANS, subjects at risk, two judgements of one event."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import F, Q
from django.urls import reverse

from adverse_events.crfs.ae import AdverseEvent
from adverse_events.crfs.crs import CrsAssessment
from adverse_events.crfs.icn import IcansAssessment
from trial_edc.casebook.study import study

SEVERE = 3
RELATED_DEATH_DAYS = 28
WAITING_ROLES = ("aetoxgr", "aerelu87", "aerelld", "aerelaph")


@dataclass(frozen=True)
class EventFact:
    """An adverse event as the board counts it; `term` is the CTCAE term, else as reported."""

    subject_id: int
    subject: str
    cohort: str
    seq: int
    term: str
    grade: int | None
    serious: str
    related: str
    outcome: str
    interest: str
    is_dlt: bool
    started: str

    @property
    def url(self) -> str:
        return reverse("log-entry", args=[self.subject, "ae", self.seq])

    @property
    def label(self) -> str:
        return f"AE-{self.seq:03d} {self.term}"


@dataclass(frozen=True)
class SevereDay:
    """A day with CRS or ICANS of grade 3 or more, by the investigator where graded, else as derived."""

    subject_id: int
    subject: str
    cohort: str
    form: str
    visit: str
    seq: int
    at: datetime | None
    grade: int

    @property
    def url(self) -> str:
        key = self.form if self.seq == 1 else f"{self.form}-{self.seq}"
        return reverse("visit", args=[self.subject, self.visit]) + f"#form-{key}"


@dataclass(frozen=True)
class SubjectFact:
    """A subject as stopping rules see it."""

    subject_id: int
    subject: str
    cohort: str
    infused_on: date | None
    is_collected: bool
    has_failed_product: bool
    is_evaluable: bool
    rcl: bool
    malignancy: bool
    died_on: date | None


@dataclass(frozen=True)
class Judgement:
    """What the sponsor and the investigator hold of one event."""

    subject: str
    seq: int
    report: str
    site: str
    sponsor: str
    expected: str
    susar: str
    due: date | None
    sent: bool

    @property
    def differs(self) -> bool:
        related = study().settings.ae_related
        return bool(self.site and self.sponsor) and (self.site in related) != (self.sponsor in related)


def event_facts(site_ids: Collection[int]) -> list[EventFact]:
    """Adverse events that stand, by subject and number. One statement."""
    rows = AdverseEvent.objects.filter(instance__subject__site__in=list(site_ids)).exclude(instance__status="withdrawn")
    rows = rows.order_by("instance__subject__code", "instance__seq").values_list(
        "instance__subject_id",
        "instance__subject__code",
        "instance__subject__cohort",
        "instance__seq",
        "aectcae",
        "aeterm",
        "aetoxgr",
        "aeser",
        "aerelu87",
        "aeout",
        "aesi",
        "aedlt",
        "aestdtc",
    )
    return [
        EventFact(
            *row[:4],
            term=row[4] or row[5] or "–",
            grade=int(row[6]) if row[6] else None,
            serious=row[7] or "",
            related=row[8] or "",
            outcome=row[9] or "",
            interest=row[10] or "",
            is_dlt=row[11] == "Y",
            started=row[12] or "",
        )
        for row in rows
    ]


def severe_days(site_ids: Collection[int], *, at_least: int = SEVERE) -> list[SevereDay]:
    """Days with severe CRS or ICANS, the latest first. Two statements."""
    found = _severe(CrsAssessment, "crs", site_ids, at_least) + _severe(IcansAssessment, "icn", site_ids, at_least)
    return sorted(found, key=lambda one: (one.at is not None, one.at), reverse=True)


def _severe(model, form: str, site_ids: Collection[int], at_least: int) -> list[SevereDay]:
    given, derived, at = f"{form}gri", f"{form}grd", f"{form}dtc"
    grades = [str(grade) for grade in range(at_least, 6)]
    is_severe = Q(**{f"{given}__in": grades}) | Q(**{f"{given}__isnull": True, f"{derived}__gte": at_least})
    rows = model.objects.filter(is_severe, instance__subject__site__in=list(site_ids))
    rows = rows.exclude(instance__status="withdrawn").values_list(
        "instance__subject_id",
        "instance__subject__code",
        "instance__subject__cohort",
        "instance__visit__code",
        "instance__seq",
        at,
        given,
        derived,
    )
    return [SevereDay(*row[:3], form, *row[3:6], grade=int(row[6] or row[7])) for row in rows]


_SUBJECTS = """
SELECT s.id, s.code, s.cohort,
    (SELECT min(i.infdtc AT TIME ZONE t.time_zone)::date FROM casebook_forminstance f
        JOIN subjects_infusion i ON i.instance_id = f.id
        WHERE f.subject_id = s.id AND f.form_code = 'inf' AND f.status <> 'withdrawn'),
    EXISTS (SELECT FROM casebook_forminstance f JOIN subjects_leukapheresis a ON a.instance_id = f.id
        WHERE f.subject_id = s.id AND f.form_code = 'aph' AND f.status <> 'withdrawn' AND a.aphstdtc IS NOT NULL),
    EXISTS (SELECT FROM casebook_forminstance f JOIN subjects_manufacture m ON m.instance_id = f.id
        WHERE f.subject_id = s.id AND f.form_code = 'mfg' AND f.status <> 'withdrawn'
          AND m.mfgfail IN ('STOP', 'TERMINATED')),
    EXISTS (SELECT FROM casebook_forminstance f JOIN adverse_events_dltevaluation d ON d.instance_id = f.id
        WHERE f.subject_id = s.id AND f.form_code = 'dlt' AND f.status <> 'withdrawn' AND d.dleval = 'Y'),
    EXISTS (SELECT FROM casebook_forminstance f JOIN subjects_longtermfollowup l ON l.instance_id = f.id
        WHERE f.subject_id = s.id AND f.form_code = 'ltfu' AND f.status <> 'withdrawn' AND l.ltrcl = 'POS'),
    EXISTS (SELECT FROM casebook_forminstance f JOIN subjects_longtermfollowup l ON l.instance_id = f.id
        WHERE f.subject_id = s.id AND f.form_code = 'ltfu' AND f.status <> 'withdrawn' AND l.ltneo = 'Y'),
    (SELECT min(d.dthdtc) FROM casebook_forminstance f JOIN subjects_death d ON d.instance_id = f.id
        WHERE f.subject_id = s.id AND f.form_code = 'dd' AND f.status <> 'withdrawn')
FROM subjects_subject s JOIN accounts_site t ON t.id = s.site_id
WHERE s.site_id = ANY(%s) ORDER BY s.code
"""


def subject_facts(site_ids: Collection[int]) -> list[SubjectFact]:
    """Every subject of the sites with what stopping rules ask. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SUBJECTS, [list(site_ids)])
        return [SubjectFact(*row[:9], died_on=_day(row[9])) for row in cursor.fetchall()]


def _day(stored) -> date | None:
    """The day of a stored date; None for a partial one."""
    text = str(stored or "")[:10]
    return date.fromisoformat(text) if len(text) == 10 else None


def related_deaths(subjects: Collection[SubjectFact], events: Collection[EventFact]) -> set[int]:
    """Subjects who died within 28 days of the infusion of an event related to U87."""
    related = study().settings.ae_related
    fatal = {e.subject_id for e in events if (e.outcome == "FATAL" or e.grade == 5) and e.related in related}
    return {
        one.subject_id
        for one in subjects
        if one.subject_id in fatal
        and one.infused_on is not None
        and (one.died_on is None or one.died_on - one.infused_on <= timedelta(days=RELATED_DEATH_DAYS))
    }


def judgements(site_ids: Collection[int]) -> list[Judgement]:
    """Assessments of the sponsor with the investigator's judgement of the same event. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_JUDGEMENTS, [list(site_ids)])
        return [Judgement(*row) for row in cursor.fetchall()]


_JUDGEMENTS = """
SELECT s.code, fa.seq, r.saetype, coalesce(a.aerelu87, ''), coalesce(p.sparel, ''), coalesce(p.spaexp, ''),
    coalesce(p.spasusar, ''), p.spadue, coalesce(jsonb_array_length(nullif(to_jsonb(p.sparegdt), 'null')), 0) > 0
FROM casebook_forminstance fp JOIN adverse_events_sponsorassessment p ON p.instance_id = fp.id
JOIN subjects_subject s ON s.id = fp.subject_id
JOIN casebook_forminstance fr ON fr.subject_id = s.id AND fr.form_code = 'sae' AND fr.seq::text = p.spasae
    AND fr.status <> 'withdrawn'
JOIN adverse_events_seriouseventreport r ON r.instance_id = fr.id
JOIN casebook_forminstance fa ON fa.subject_id = s.id AND fa.form_code = 'ae' AND fa.status <> 'withdrawn'
    AND fa.seq::text = ltrim(substring(r.saenum from '([0-9]+)\\s*$'), '0')
JOIN adverse_events_adverseevent a ON a.instance_id = fa.id
WHERE fp.form_code = 'spa' AND fp.status <> 'withdrawn' AND s.site_id = ANY(%s)
ORDER BY s.code, fa.seq
"""


def reports_to_assess(site_ids: Collection[int]) -> list[tuple[str, int, str, int]]:
    """(subject, number of the report, SAE number, next free assessment) of reports nobody assessed. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_ASSESS, [list(site_ids)])
        return cursor.fetchall()


_TO_ASSESS = """
SELECT s.code, f.seq, coalesce(r.saenum, ''),
    (SELECT coalesce(max(x.seq), 0) + 1 FROM casebook_forminstance x WHERE x.subject_id = s.id AND x.form_code = 'spa')
FROM casebook_forminstance f JOIN adverse_events_seriouseventreport r ON r.instance_id = f.id
JOIN subjects_subject s ON s.id = f.subject_id
WHERE f.form_code = 'sae' AND f.status <> 'withdrawn' AND s.site_id = ANY(%s) AND NOT EXISTS (
    SELECT FROM casebook_forminstance fp JOIN adverse_events_sponsorassessment p ON p.instance_id = fp.id
    WHERE fp.subject_id = s.id AND fp.form_code = 'spa' AND fp.status <> 'withdrawn' AND p.spasae = f.seq::text)
ORDER BY r.saeawdt NULLS LAST, f.id
"""


def waiting_judgements(site_ids: Collection[int], *, most: int) -> list[tuple[str, int, str, str]]:
    """(subject, number, term, serious) of events whose grade or causality no investigator gave. One statement."""
    is_open = Q()
    for name in WAITING_ROLES:
        is_open |= Q(**{f"{name}__isnull": True}) & ~Q(meta__has_key=name)
    rows = AdverseEvent.objects.filter(is_open, instance__subject__site__in=list(site_ids))
    rows = rows.exclude(instance__status="withdrawn").order_by(F("aeser").desc(nulls_last=True), "pk")
    found = rows.values_list("instance__subject__code", "instance__seq", "aectcae", "aeterm", "aeser")
    return [(code, seq, term or reported or "", serious or "") for code, seq, term, reported, serious in found[:most]]
