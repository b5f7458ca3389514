"""`manage.py seal_audit`: seal the finished part of the audit trail now."""

from django.core.management.base import BaseCommand

from trial_edc.audit.seals import head_file, seal


class Command(BaseCommand):
    help = "Seal the finished part of the audit trail and append the head to the head file."

    def handle(self, *args, **options) -> None:
        made = seal()
        if made is None:
            self.stdout.write("Nothing to seal: every finished event is covered.")
        else:
            self.stdout.write(f"Seal {made.pk} covers {made.n_rows} events. Head appended to {head_file()}.")
