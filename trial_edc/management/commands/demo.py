"""`manage.py demo`: see `trial_edc/demo.py`."""

from django.core.management.base import BaseCommand, CommandError

from trial_edc import demo
from trial_edc.embedded_host import CannotStart


class Command(BaseCommand):
    help = "Run the demo on this machine until Ctrl-C, with a private database and a seeded study."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (8000)")
        parser.add_argument("--reset", action="store_true", help="delete the demo's data instead of running it")

    def handle(self, *, port: int, reset: bool, **options):
        try:
            code = demo.reset(say=self._say) if reset else demo.run(port=port, say=self._say)
        except CannotStart as problem:
            raise CommandError(str(problem)) from problem
        if code:
            raise SystemExit(code)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
