"""Fill a Training database with the demo subjects, through the same actions as the browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from subjects.actions.subjects import open_unscheduled_visit, plan_dates, register_subject
from subjects.demo import answers, answers_assessments, answers_subjects, manufacture, ways
from subjects.demo.answers import Answers, Moment, adverse_event
from subjects.demo.answers_subjects import log_entries
from subjects.demo.courses import COURSES, Course
from subjects.demo.safety import safety_entries
from subjects.demo.ways import move
from subjects.models import Subject
from trial_edc.accounts.access import people_with_access
from trial_edc.accounts.models import Site, User
from trial_edc.audit import clock
from trial_edc.casebook.actions.queries import raise_query
from trial_edc.casebook.actions.save import save_form
from trial_edc.casebook.actions.sign import sign_forms
from trial_edc.casebook.actions.verify import verify_items
from trial_edc.casebook.models import FormInstance
from trial_edc.casebook.slots import Slot
from trial_edc.casebook.study import study
from trial_edc.crf.registry import crf
from trial_edc.protocol.model import VisitPlan

FORMS = {**answers.FORMS, **answers_subjects.FORMS, **answers_assessments.FORMS}
PRESCREENED, CONSENTED, COLLECTED = -78, -57, -41  # study days
COORDINATORS = {"101": "crc1", "102": "crc3", "103": "crc4"}
INVESTIGATORS = {"101": "pi1", "102": "pi4", "103": "pi3"}
SECOND_PERSONS = {"101": "nurse1", "102": "pi4", "103": "pi3"}
MANUFACTURER, SECOND_MANUFACTURER = "mfr1", "mfr2"
QUESTIONS = (
    ("d1", "vs", "pulse", "The nursing chart shows another pulse at 08:40. Which is correct?"),
    ("d2", "lbh", "plt", "The laboratory report is dated one day later. Which day was the sample taken?"),
)
EARLIER_DAYS = {"d7": (5, 6), "d10": (8, 9), "d14": (11, 12, 13)}


class CannotSeed(Exception):
    """The demo asks for something the casebook refuses; the demo and the forms have drifted apart."""


def seed_demo(
    *,
    as_of: date,
    people: dict[str, User],
    courses: tuple[Course, ...] = COURSES,
    say: Callable[[str], None],
    moves_clock: bool = False,
) -> list[Subject]:
    """Register and fill the demo subjects. The same on every run: the randomness is seeded by subject.

    Args:
        as_of: the day the demo is anchored at; every date is counted from it.
        people: the demo people by the part of their address before the @.
        courses: in the order of registration. say: told of each subject.
        moves_clock: enter each visit on its own day; for a database that is marked as a test database.
    Returns:
        The subjects that were added, in the order of the courses. One subject is one transaction: after an
        interruption the next run goes on with the next subject.
    Raises:
        CannotSeed: an answer of the demo was held back.
    """
    # Read with their rights, as a request reads them, so that a save does not look them up again.
    known = people_with_access().in_bulk([person.pk for person in people.values()])
    people = {name: known[person.pk] for name, person in people.items()}
    subjects = []
    for course in courses[Subject.objects.count() :]:
        with transaction.atomic():
            subject = _Seeding(course, as_of, people, moves_clock=moves_clock).run()
        say(f"{subject.code}  day {course.day}")
        subjects.append(subject)
    return subjects


class _Seeding:
    def __init__(self, course: Course, as_of: date, people: dict[str, User], *, moves_clock: bool) -> None:
        self.course, self.as_of, self.people, self.moves_clock = course, as_of, people, moves_clock
        self.coordinator = people[COORDINATORS[course.site]]
        self.investigator = people[INVESTIGATORS[course.site]]
        self.infusion_on = as_of - timedelta(days=course.day)
        self.visits: set[str] = set()

    def run(self) -> Subject:
        with self._clock(self._day(PRESCREENED)):
            self.subject = self._register()
        if self.course.day > CONSENTED and self.course.stage != "prescr":
            on = self._day(CONSENTED)
            with self._clock(on):
                self._consent(2, on, {"icftype": "MAIN", "icfdtc": f"{on.isoformat()} 09:30", "icfver": "2.0"})
                self._consent(3, on, {"icftype": "LTFU", "icfdtc": f"{on.isoformat()} 09:40", "icfver": "2.0"})
        self.random = Random(self.subject.code)
        for visit, on in self._visits():
            with self._clock(on):
                self._fill_visit(visit, on)
                if visit.code == "scr" and self.course.is_screen_failure:
                    self._fail(on)
                elif visit.code == "scr":
                    self._plan()
        with self._clock(self.as_of):
            self._after_the_visits()
        return self.subject

    def _after_the_visits(self) -> None:
        self._adverse_events()
        self._safety()
        self._stay()
        self._logs()
        if self.course.died_on is not None:
            # After a death the end of study asks for the disposition alone.
            self._fill("eos", "ds", self._day(self.course.died_on), self.course.died_on, 1)
        if self.subject.code == "101-0007":
            self._day_of_the_mock_up()
        if self.course.is_signed:
            self._sign()
        if self.course.moved_to:
            move(by=self.people["dm1"], subject=self.subject, to=self.course.moved_to)

    def _clock(self, on: date) -> AbstractContextManager[None]:
        """The afternoon of a day at the site, where the clock may be moved."""
        if not self.moves_clock:
            return nullcontext()
        zone = ZoneInfo(Site.objects.get(code=self.course.site).time_zone)
        hour = 13 if on == self.as_of else 16  # the anchor's own day is not over yet
        return clock.stopped_at(datetime.combine(on, time(hour), tzinfo=zone))

    def _register(self) -> Subject:
        site = Site.objects.get(code=self.course.site)
        signed_on = self._day(PRESCREENED)
        subject = register_subject(
            by=self.coordinator,
            site=site,
            consented_at=f"{signed_on.isoformat()} 10:00",
            consent_version="2.0",
            sex=self.course.sex,
            birth_year=str(self.course.birth_year),
            consent_type="TISSUE",
            earlier_number=self.course.earlier_number,
        )
        self.subject = subject
        self._consent(1, signed_on, {})
        return subject

    def _consent(self, seq: int, on: date, typed: Answers) -> None:
        version_on = (on - timedelta(days=90)).isoformat()
        rest = {"icfverdt": version_on, "icfwho": self.investigator.full_name, "icfcopy": "Y"}
        self._save("", "icf", typed | rest, seq=seq)

    def _visits(self) -> Iterator[tuple[VisitPlan, date]]:
        """The visits that have taken place, with their days."""
        for visit in study().visits:
            if visit.anchor == "event" or visit.target_day is None or visit.code in self.course.late:
                continue
            start = {"consent": PRESCREENED, "leukapheresis": COLLECTED, "ld1": -5}.get(visit.anchor, 0)
            on = self._day(start + visit.target_day)
            if on > self.as_of or (self.course.died_on is not None and on > self._day(self.course.died_on)):
                return
            yield visit, on
            if visit.code == self.course.stage:
                return

    def _fill_visit(self, visit: VisitPlan, on: date) -> None:
        day = (on - self.infusion_on).days
        self.visits.add(visit.code)
        for cell in study().forms_at(visit.code):
            if not cell.required or cell.form not in FORMS or not self._is_made(cell.form):
                continue
            self._fill(visit.code, cell.form, on, day, 1)
            for number, earlier in enumerate(self._further(visit.code, cell.form, cell.expected_instances), 2):
                self._fill(visit.code, cell.form, on - timedelta(days=earlier), day - earlier, number)

    def _is_made(self, form: str) -> bool:
        return form != "rel" or manufacture.is_released(self.course)

    def _further(self, visit: str, form: str, expected: int) -> list[int]:
        """How many days before the visit its further instances lie: earlier days, or the same day."""
        if form == "mfg":
            return [0] * (manufacture.n_lots(self.course) - 1)
        if form in ("crs", "icn"):
            target = study().visit(visit).target_day or 0
            return [target - day for day in EARLIER_DAYS.get(visit, ())]
        return [0] * (expected - 1)

    def _fill(self, visit: str, form: str, on: date, day: int, seq: int) -> None:
        moment = self._moment(visit, on, day, seq)
        typed = FORMS[form](moment) | self.course.typed.get((visit, form), {})
        writer = self.people[MANUFACTURER] if getattr(crf(form).Crf, "writer", "") == "MFR" else self.coordinator
        self._save(visit, form, typed, seq=seq, by=writer)
        if form == "rel":
            self._sign_with(self._form(visit, form), by=self.people[SECOND_MANUFACTURER])
        if form == "ie":  # without the investigator's signature the next step stays closed
            self._sign_with(self._form(visit, form), by=self.investigator)

    def _moment(self, visit: str, on: date, day: int, seq: int = 1) -> Moment:
        return Moment(self.course, visit, on, day, seq, self.random, study(), self.subject.code)

    def _fail(self, on: date) -> None:
        """Screening ended: the disposition says so."""
        self._save("eos", "ds", ways.screen_failure(on))

    def _plan(self) -> None:
        planned = self._day(COLLECTED)
        plan_dates(
            by=self.coordinator,
            subject=self.subject,
            leukapheresis_on=planned,
            infusion_on=self.infusion_on,
        )

    def _adverse_events(self) -> None:
        known = [event for event in self.course.events if self._day(event.start) <= self.as_of]
        for seq, event in enumerate(known, 1):
            typed = adverse_event(event, infusion_on=self.infusion_on, today=self.as_of)
            self._save("", "ae", typed, seq=seq, by=self.investigator)

    def _safety(self) -> None:
        """Serious events with their reports; they are told, as any, by notices."""
        numbers = Counter(FormInstance.objects.filter(subject=self.subject).values_list("form_code", flat=True))
        for entry in safety_entries(self.subject.code, numbers["ae"], self._day, self.as_of):
            numbers[entry.form] += 1
            writer = {"investigator": self.investigator, "coordinator": self.coordinator}.get(entry.by)
            self._save("", entry.form, entry.typed, seq=numbers[entry.form], by=writer or self.people[entry.by])

    def _stay(self) -> None:
        """Everybody who was infused was in hospital for it."""
        if self.course.day >= 0:
            typed = answers_assessments.planned_stay(infusion_on=self.infusion_on, today=self.as_of)
            self._save("", "hosp", typed)

    def _day_of_the_mock_up(self) -> None:
        """101-0007: CRS and ICANS of days 5 and 6 are in, Day 7 itself is not; an unscheduled visit on Day 8."""
        for number, day in enumerate(EARLIER_DAYS["d7"], 2):
            for form in ("crs", "icn"):
                self._fill("d7", form, self._day(day), day, number)
        visit = open_unscheduled_visit(by=self.coordinator, subject=self.subject)
        moment = self._moment(visit.code, self._day(8), 8)
        self._save(visit.code, "sv", FORMS["sv"](moment))
        low = {"anc": "0.32", "wbc": "1.10", "alc": "0.35", "plt": "61"}
        self._save(visit.code, "lbh", FORMS["lbh"](moment) | low)
        self._monitor()

    def _monitor(self) -> None:
        """The monitor has compared Day 3 with the source, and asks about two other values."""
        monitor, form = self.people["cra1"], self._form("d3", "vs")
        items = ("temp", "sysbp", "diabp", "pulse", "resp", "spo2", "weight")
        verify_items(by=monitor, instance=form, revision=form.revision, items=items)
        for visit, code, item, text in QUESTIONS:
            raise_query(by=monitor, instance=self._form(visit, code), item=item, text=text)

    def _logs(self) -> None:
        """What is known by now of history, earlier therapy, medication, custody and death."""
        named = {"site1": COORDINATORS[self.course.site], "site2": SECOND_PERSONS[self.course.site]}
        named |= {"mfr1": MANUFACTURER, "mfr2": SECOND_MANUFACTURER}
        people = {place: self.people[name].full_name for place, name in named.items()}
        numbers = Counter[str]()
        for entry in log_entries(self.course, self.subject.code, self._day, people):
            if self._day(entry.day) > self.as_of or (entry.after and entry.after not in self.visits):
                continue
            numbers[entry.form] += 1
            writer = self.people[MANUFACTURER] if entry.is_made else self.coordinator
            self._save("", entry.form, entry.typed, seq=numbers[entry.form], by=writer)

    def _sign(self) -> None:
        """The investigator has signed every form that asks for it."""
        for form in FormInstance.objects.filter(subject=self.subject).order_by("pk"):
            rule = study().signature_rule(form.form_code)
            if rule is None or "PI" not in rule.roles or form.status != FormInstance.Status.COMPLETE:
                continue
            if form.signatures.filter(voided_at=None).exists():
                continue
            self._sign_with(form, by=self.investigator)

    def _sign_with(self, form: FormInstance, *, by: User) -> None:
        rule = study().signature_rule(form.form_code)
        result = sign_forms(by=by, credentials_confirmed=True, revisions={form.pk: form.revision}, meaning=rule.meaning)
        if result.left_out:
            raise CannotSeed(f"{self.subject} {form.form_code}: {result.left_out[0].why}")

    def _save(
        self,
        visit: str,
        form: str,
        typed: Answers,
        *,
        seq: int = 1,
        by: User | None = None,
        revision: int | None = None,
    ) -> None:
        slot = replace(Slot(self.subject.pk, visit, form), seq=seq)
        raw = {f"{form}.{address}": text for address, text in typed.items()}
        saved = save_form(by=by or self.coordinator, slot=slot, raw=raw, revision=revision)
        if saved.held:
            told = "; ".join(f"{address}: {text}" for address, text in saved.held.items())
            raise CannotSeed(f"{self.subject} {visit or 'log'} {form}: {told}")

    def _form(self, visit: str, form: str) -> FormInstance:
        return FormInstance.objects.get(subject=self.subject, visit__code=visit, form_code=form, seq=1)

    def _day(self, study_day: int) -> date:
        return self.infusion_on + timedelta(days=study_day)
