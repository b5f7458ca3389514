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

HISTORY = timedelta(days=3 * 365)  # roles and training begin before every date of the demo
UX_DAY = date(2026, 3, 5)


class Command(BaseCommand):
    help = "Fill an empty Training database with fictitious people and subjects. A filled one is left alone."

    def add_arguments(self, parser):
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="day the demo is anchored at, YYYY-MM-DD"
        )
        parser.add_argument("--profile", choices=["ux"], help="ux: anchored at 2026-03-05")

    def handle(self, *args, as_of=None, profile=None, **options):
        if settings.EDC_ENV == "production":
            raise CommandError("A production database is never filled with demo data.")
        as_of = as_of or (UX_DAY if profile == "ux" else timezone.localdate())
        people = create_demo_users(since=as_of - HISTORY)
        call_command("load_laboratories", stdout=self.stdout)
        if Subject.objects.count() >= len(COURSES):
            self.stdout.write("The database already holds the subjects of the demo; nothing was added.")
            return
        began = monotonic()
        subjects = seed_demo(as_of=as_of, people=people, say=self.stdout.write)
        self.stdout.write(f"{len(subjects)} subjects in {monotonic() - began:.1f} s")
