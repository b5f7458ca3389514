"""Load the published text of CTCAE criteria, so that grade cards quote it."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from adverse_events.ctcae_text import CannotLoad, load


class Command(BaseCommand):
    help = "Load the text of CTCAE criteria from the published table, saved as CSV."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="columns: term, grade_1 to grade_5")
        parser.add_argument("--ctcae", default="5.0", help="version of the criteria (5.0)")

    def handle(self, *, file: Path, ctcae: str, **options):
        try:
            n = load(file, ctcae)
        except CannotLoad as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"CTCAE {ctcae}: {n} texts loaded.")
