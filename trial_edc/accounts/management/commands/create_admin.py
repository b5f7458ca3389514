"""The first administrator of an installation; everybody else is invited from the user pages."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from trial_edc.accounts import actions, enrolment, selectors
from trial_edc.accounts.roles import Permission, Role
from trial_edc.audit.system import ensure_system_user


class Command(BaseCommand):
    help = "Add the first administrator and print the one-time link that sets up their sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True, help="full name, as it stands in the audit trail")
        parser.add_argument("--organisation", required=True)

    def handle(self, *, email: str, name: str, organisation: str, **options) -> None:
        if holders := selectors.holders(Permission.MANAGE_USERS):
            raise CommandError(f"{holders[0].full_name} is administrator already and invites others on the user pages.")
        try:
            validate_email(email)
            link = self._create(email, name, organisation)
        except (ValidationError, actions.CannotInvite, actions.CannotAssign) as problem:
            raise CommandError(str(problem)) from problem
        base = settings.EDC_PUBLIC_URL or "http://localhost:8000"
        self.stdout.write(f"Open this link once within {settings.LINK_DAYS} days:\n{base}{link}")

    @transaction.atomic
    def _create(self, email: str, name: str, organisation: str) -> str:
        system = ensure_system_user()
        user = actions.invite_user(
            by=system,
            email=email,
            full_name=name,
            organisation=organisation,
            trained_on=selectors.today(),
            reason="First administrator",
        )
        actions.assign_role(by=system, user=user, role=Role.ADM, reason="First administrator")
        return enrolment.new_link(user)
