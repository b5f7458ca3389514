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

    def handle(self, *args, **options):
        """Migrate the database of this study; a new one becomes that of the study EDC_PROTOCOL names."""
        from trial_edc.casebook import mark  # needs the apps, which are not loaded when commands are listed

        try:
            mark.require_own_study(options["database"])
        except mark.WrongStudy as wrong:
            raise CommandError(str(wrong)) from wrong
        super().handle(*args, **options)
        if not options.get("plan") and not options.get("check_unapplied") and _is_migrated(options["database"]):
            mark.name_study(options["database"])


def _is_migrated(using: str) -> bool:
    """Whether the table of the mark is there: a partial migration may stop before it."""
    from django.db import connections

    from trial_edc.casebook.mark import TABLE

    return TABLE in connections[using].introspection.table_names()
