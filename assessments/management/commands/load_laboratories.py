"""`manage.py load_laboratories`: the sites' laboratories with their default reference ranges."""

from django.core.management.base import BaseCommand

from assessments.laboratories import Laboratory
from assessments.laboratory_defaults import write_defaults
from trial_edc.accounts.models import Site
from trial_edc.audit.context import audited
from trial_edc.audit.system import ensure_system_user
from trial_edc.casebook.study import study


class Command(BaseCommand):
    help = "Add the laboratories of the sites with default ranges; nothing when laboratories exist already."

    def handle(self, *args, **options):
        if Laboratory.objects.exists():
            self.stdout.write("The database already holds laboratories; nothing was added.")
            return
        with audited(by=ensure_system_user(), reason="Default ranges", source="system", role="SYS"):
            if named := study().laboratories:
                made = Laboratory.objects.bulk_create(Laboratory(code=code, name=name) for code, name in named)
            else:
                made = write_defaults({site.code: site for site in Site.objects.all()})
        self.stdout.write(f"{len(made)} laboratories with their default ranges")
