"""`manage.py seed_demo`: fill an empty Training database with fictitious people and subjects."""

from datetime import date, timedelta
from time import monotonic

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from subjects.demo.courses import COURSES
from subjects.demo.seed import seed_demo
from subjects.models import Subject
from trial_edc.accounts.demo import create_demo_users
from trial_edc.accounts.passwords import DEMO_PASSWORD
from trial_edc.accounts.roles import Role
from trial_edc.audit import clock
from trial_edc.casebook.study import study

HISTORY = timedelta(days=3 * 365)  # roles and training begin before every date of the demo
UX_DAY = date(2026, 3, 5)


class Command(BaseCommand):
    """Says how to sign in on standard output, on every run; progress goes to standard error."""

    help = "Fill an empty Training database with fictitious people and subjects. A filled one is left alone."

    def add_arguments(self, parser):
        parser.add_argument("--as-of", type=date.fromisoformat, help="day the demo is anchored at, YYYY-MM-DD")
        told = "ux: anchored at 2026-03-05, each visit entered on its own day; marks a test database"
        parser.add_argument("--profile", choices=["ux"], help=told)

    def handle(self, *args, as_of=None, profile=None, **options):
        if settings.EDC_ENV == "production":
            raise CommandError("A production database is never filled with demo data.")
        as_of = as_of or (UX_DAY if profile == "ux" else timezone.localdate())
        people = create_demo_users(since=as_of - HISTORY)
        call_command("load_laboratories", stdout=self.stderr)
        if not study().registers:
            self._sign_ins(people)
            self.stdout.write("Subjects of this study come from files: manage.py load_sdtm DIR")
            return
        missing = len(COURSES) - Subject.objects.count()
        if missing > 0:
            self.stderr.write(f"Entering {missing} subjects; this takes a minute or two.")
            began = monotonic()
            is_test = profile == "ux"
            if is_test:
                clock.mark_test_database()
            subjects = seed_demo(as_of=as_of, people=people, say=self._progress, moves_clock=is_test)
            self.stderr.write(f"{len(subjects)} subjects in {monotonic() - began:.0f} s")
        self._sign_ins(people)

    def _progress(self, text):
        if self.stderr.isatty():
            self.stderr.write(text)

    def _sign_ins(self, people):
        self.stdout.write(f"Sign in with the password {DEMO_PASSWORD}; the sign-in page shows the codes.")
        for person in people.values():
            assignment = person.assignments.select_related("site").first()
            if assignment is not None:
                where = f"site {assignment.site.code}" if assignment.site else "all sites"
                role = Role(assignment.role).label
                self.stdout.write(f"  {person.email:<22} {person.full_name:<16} {role}, {where}")
