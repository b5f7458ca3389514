"""`manage.py verify_audit [--json]`: does the trail fit its seals, and is every write still recorded?"""

import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from trial_edc.audit.verify import verify


class Command(BaseCommand):
    help = "Check the audit trail: seals, head file, rows against their last event, triggers, functions, rights."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--json", action="store_true", help="write the result as JSON")

    def handle(self, *args, **options) -> None:
        result = verify()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(result), indent=2))
        else:
            for finding in result.findings:
                self.stdout.write(f"{finding.check}: {finding.sentence}")
            self.stdout.write(
                f"{result.n_events} events, {result.n_seals} seals, {result.n_not_sealed} not sealed yet, "
                f"{result.n_tables} audited tables, {len(result.findings)} findings."
            )
        if result.findings:
            raise CommandError("The audit trail does not verify.", returncode=1)
