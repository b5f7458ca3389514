"""`migrate` as the role that owns the tables."""

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate


class Command(migrate.Command):
    help = f"{migrate.Command.help} Connects as edc_owner (alias `owner`); web and worker may not change tables."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def execute(self, *args, **options):
        if options["database"] not in settings.DATABASES:
            raise CommandError("Set DATABASE_OWNER_URL to the address of the database as edc_owner, which migrates.")
        return super().execute(*args, **options)
