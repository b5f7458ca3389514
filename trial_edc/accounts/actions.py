"""Give and take access. Every action writes inside `audited(...)`: who, why and when stay in the trail."""

from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from trial_edc.audit import clock
from trial_edc.audit.context import audited

from . import enrolment, mail, second_factor, selectors, signin
from .access import access_of
from .events import log_event
from .models import AccessEvent, Credential, Delegation, RoleAssignment, Site, User
from .roles import (
    IDENTITY_CHECKED_ROLES,
    SITE_ROLES,
    Permission,
    Role,
    Task,
    approving_permission,
    segregation_problem,
)


class CannotInvite(Exception):
    """The person was not added."""


class CannotAssign(Exception):
    """The role was not given or ended."""


class CannotDelegate(Exception):
    """The task was not delegated or ended."""


class CannotDeactivate(Exception):
    """The account stays as it was."""


def invite_user(
    *,
    by: User,
    email: str,
    full_name: str,
    organisation: str,
    trained_on: date | None = None,
    identity_checked_on: date | None = None,
    reason: str = "",
    link_base: str = "",
) -> User:
    """Add a person and mail them a one-time link. They have no role yet. Raises CannotInvite.

    Args:
        link_base: scheme and host in front of the link, such as https://edc.example; "" sends no mail.
    """
    email = signin.plain_email(email)
    with audited(by=by, reason=reason, role=_role_of(by)):
        if User.objects.filter(email=email).exists():
            raise CannotInvite(
                _("%(email)s belongs to an account already, active or not. An address is never used again.")
                % {"email": email}
            )
        user = User.objects.create(
            email=email,
            full_name=full_name,
            organisation=organisation,
            trained_on=trained_on,
            identity_checked_on=identity_checked_on,
        )
        if link_base:
            send_link(by=by, user=user, link_base=link_base, invited=True)
        else:
            Credential.objects.create(user=user)
    return user


def send_link(*, by: User, user: User, link_base: str, invited: bool = False) -> None:
    """Mail the person a new one-time link; earlier ones stop working."""
    with transaction.atomic():
        link = link_base + enrolment.new_link(user)
        log_event(AccessEvent.Kind.LINK_SENT, user=user, by=by.pk, invited=invited)
        mail.send_link(user, link=link, invited=invited)


def reset_sign_in(*, by: User, user: User, reason: str, link_base: str) -> None:
    """Void password, second factor, recovery codes and sessions of a person and mail a link to set them anew.

    Nobody but the person ever sees or sets a usable password. Raises CannotDeactivate for an inactive person.
    """
    if not user.is_active or user.is_service:
        raise CannotDeactivate(_("The account is not active. Activate it first."))
    with transaction.atomic():
        _void_credential(user)
        log_event(AccessEvent.Kind.FACTOR_REVOKED, user=user, by=by.pk, reason=reason)
        send_link(by=by, user=user, link_base=link_base)


def assign_role(
    *,
    by: User,
    user: User,
    role: Role,
    site: Site | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    approved_by: User | None = None,
    reason: str = "",
) -> RoleAssignment:
    """Give a person a role at a site, or at all sites (`site` None). Raises CannotAssign.

    Refused: own roles, untrained people, roles that sign without a checked identity, an approval by the wrong
    person, roles that one person may not hold together.
    """
    starts_on = starts_on or selectors.today(site)
    with audited(by=by, reason=reason, role=_role_of(by)):
        user = User.objects.select_for_update().get(pk=user.pk)
        problem = (
            _person_problem(by, user, role)
            or _shape_problem(role, site, starts_on, ends_on)
            or _approval_problem(by, user, role, site, approved_by)
            or _clash(user, role, site, starts_on, ends_on)
        )
        if problem:
            raise CannotAssign(problem)
        return RoleAssignment.objects.create(
            user=user, role=role, site=site, starts_on=starts_on, ends_on=ends_on, approved_by=approved_by
        )


def end_role(*, by: User, assignment: RoleAssignment, reason: str) -> RoleAssignment:
    """End a role now; it stops working at the person's next request. Raises CannotAssign."""
    with audited(by=by, reason=reason, role=_role_of(by)):
        current = RoleAssignment.objects.select_for_update().get(pk=assignment.pk)
        if current.user_id == by.pk:
            raise CannotAssign(_("Nobody changes their own roles. Ask another administrator."))
        if current.ended_at:
            raise CannotAssign(_("This role has ended already."))
        current.ended_at = timezone.now()
        current.save(update_fields=["ended_at"])
        return current


def deactivate(*, by: User, user: User, reason: str) -> None:
    """Close an account: sessions end at the next request, links and codes are void, nothing is deleted."""
    with audited(by=by, reason=reason, role=_role_of(by)):
        current = User.objects.select_for_update().get(pk=user.pk)
        if current.pk == by.pk:
            raise CannotDeactivate(_("Nobody closes their own account. Ask another administrator."))
        if not current.is_active or current.is_service:
            raise CannotDeactivate(_("The account is not active."))
        current.is_active = False
        current.save(update_fields=["is_active"])
        _void_credential(current)


def reactivate(*, by: User, user: User, reason: str, link_base: str) -> None:
    """Open a closed account again; the person sets password and second factor anew. Roles are those of
    before.
    """
    with audited(by=by, reason=reason, role=_role_of(by)):
        current = User.objects.select_for_update().get(pk=user.pk)
        if current.is_active or current.is_service:
            raise CannotDeactivate(_("The account is active."))
        current.is_active = True
        current.save(update_fields=["is_active"])
        send_link(by=by, user=current, link_base=link_base)


def record_training(
    *, by: User, user: User, trained_on: date | None, identity_checked_on: date | None, reason: str
) -> None:
    """Note when the person was trained and when their identity was checked."""
    with audited(by=by, reason=reason, role=_role_of(by)):
        current = User.objects.select_for_update().get(pk=user.pk)
        current.trained_on, current.identity_checked_on = trained_on, identity_checked_on
        current.save(update_fields=["trained_on", "identity_checked_on"])


def set_preferences(*, by: User, density: str, single_keys: bool, language: str = "") -> None:
    """Keep the person's own display preferences."""
    with audited(by=by, role=_role_of(by)):
        by.density, by.single_keys, by.language = density, single_keys, language
        by.save(update_fields=["density", "single_keys", "language"])


def save_site(*, by: User, site: Site, reason: str) -> Site:
    """Add a site or keep its changed fields; the form has validated them. The code of a stored site stays."""
    with audited(by=by, reason=reason, role=_role_of(by)):
        if site.pk is None:
            site.save(force_insert=True)
        else:
            site.save(update_fields=["name", "time_zone", "country", "date_order", "is_active"])
    return site


def delegate_task(
    *,
    by: User,
    user: User,
    site: Site,
    task: Task,
    starts_on: date,
    ends_on: date | None = None,
    reason: str = "",
) -> Delegation:
    """Enter a task into the delegation log. Signed at once by the investigator, a draft from others.

    Raises:
        CannotDelegate: `by` may not write this log, the person has no role at the site, or the dates are
        reversed.
    """
    access = access_of(by)
    if not access.can(Permission.DRAFT_DELEGATION, site):
        raise CannotDelegate(_("Only coordinators and investigators of the site write its delegation log."))
    if not access_of(user).roles_at(site) & SITE_ROLES:
        raise CannotDelegate(
            _("%(person)s has no site role at %(site)s today.") % {"person": user.full_name, "site": site.code}
        )
    if ends_on and ends_on < starts_on:
        raise CannotDelegate(_("The last day is before the first. Correct one of them."))
    signs = access.can(Permission.SIGN_DELEGATION, site) and by.pk != user.pk
    with audited(by=by, reason=reason, role=access.role_at(site) or ""):
        return Delegation.objects.create(
            user=user,
            site=site,
            task=task,
            starts_on=starts_on,
            ends_on=ends_on,
            drafted_by=by,
            approved_by=by if signs else None,
            approved_at=clock.now() if signs else None,
        )


def approve_delegation(*, by: User, delegation: Delegation, reason: str = "") -> Delegation:
    """The investigator signs a drafted line of the delegation log. Raises CannotDelegate."""
    access = access_of(by)
    if not access.can(Permission.SIGN_DELEGATION, delegation.site) or by.pk == delegation.user_id:
        raise CannotDelegate(_("The principal investigator of the site signs, and nobody for themselves."))
    with audited(by=by, reason=reason, role=access.role_at(delegation.site) or ""):
        current = Delegation.objects.select_for_update().get(pk=delegation.pk)
        if current.approved_by_id or current.ended_at:
            raise CannotDelegate(_("This line is signed or has ended already."))
        current.approved_by, current.approved_at = by, clock.now()
        current.save(update_fields=["approved_by", "approved_at"])
        return current


def end_delegation(*, by: User, delegation: Delegation, reason: str) -> Delegation:
    """End a delegated task now. Raises CannotDelegate."""
    access = access_of(by)
    if not access.can(Permission.SIGN_DELEGATION, delegation.site):
        raise CannotDelegate(_("The principal investigator of the site ends a delegation."))
    with audited(by=by, reason=reason, role=access.role_at(delegation.site) or ""):
        current = Delegation.objects.select_for_update().get(pk=delegation.pk)
        if current.ended_at:
            raise CannotDelegate(_("This delegation has ended already."))
        current.ended_at = timezone.now()
        current.save(update_fields=["ended_at"])
        return current


def _void_credential(user: User) -> None:
    Credential.objects.filter(user=user).update(
        password="", secret="", confirmed_at=None, link_version=F("link_version") + 1
    )
    second_factor.void_recovery_codes(user)
    signin.end_sessions(user)


def _role_of(user: User) -> str:
    return "SYS" if user.is_service else access_of(user).role_at() or ""


def _person_problem(by: User, user: User, role: Role) -> str:
    if user.pk == by.pk:
        return _("Nobody changes their own roles. Ask another administrator.")
    if not user.is_active or user.is_service:
        return _("The account is not active.")
    if user.trained_on is None:
        return _("Record when %(person)s was trained first: no access before training.") % {"person": user.full_name}
    if role in IDENTITY_CHECKED_ROLES and user.identity_checked_on is None:
        return _("Record when the identity of %(person)s was checked first: this role signs.") % {
            "person": user.full_name
        }
    return ""


def _shape_problem(role: Role, site: Site | None, starts_on: date, ends_on: date | None) -> str:
    if role in SITE_ROLES and site is None:
        return _("%(role)s is a role at a site. Choose the site.") % {"role": role.label}
    if role == Role.AUD and ends_on is None:
        return _("An auditor's access ends by date. Enter the last day.")
    if ends_on and ends_on < starts_on:
        return _("The last day is before the first. Correct one of them.")
    return ""


def _approval_problem(by: User, user: User, role: Role, site: Site | None, approved_by: User | None) -> str:
    """Access is approved by somebody else than who gets it and who grants it, once such a person is there."""
    right = approving_permission(role)
    approvers = [person for person in selectors.holders(right, site) if person.pk not in (user.pk, by.pk)]
    if approved_by is None:
        names = ", ".join(person.full_name for person in approvers)
        return _("Name who approved this access: %(names)s.") % {"names": names} if approvers else ""
    if approved_by not in approvers:
        return _("%(person)s may not approve this access.") % {"person": approved_by.full_name}
    return ""


def _clash(user: User, role: Role, site: Site | None, starts_on: date, ends_on: date | None) -> str:
    same_time = [
        held
        for held in user.assignments.filter(ended_at=None)
        if (held.ends_on is None or held.ends_on >= starts_on) and (ends_on is None or held.starts_on <= ends_on)
    ]
    wanted = (role, site.pk if site else None)
    held = [(Role(a.role), a.site_id) for a in same_time]
    if wanted in held:
        return _("%(person)s holds this role there already.") % {"person": user.full_name}
    return segregation_problem([*held, wanted])
