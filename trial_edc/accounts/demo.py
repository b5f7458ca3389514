"""The people of the demo and of the tests: fictitious, in a Training database only."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from trial_edc.audit.context import audited
from trial_edc.audit.system import ensure_system_user

from . import actions, second_factor
from .models import Credential, Site, User
from .passwords import DEMO_PASSWORD
from .roles import SITE_ROLES, Role, Task

TEST_SECRET = "JBSWY3DPEHPK3PXP"
SITES = (
    ("101", "University Hospital, Shanghai", "Asia/Shanghai", "CN", Site.DateOrder.YEAR_FIRST),
    ("102", "Cancer Centre, Boston", "America/New_York", "US", Site.DateOrder.MONTH_FIRST),
    ("103", "Charité, Berlin", "Europe/Berlin", "DE", Site.DateOrder.DAY_FIRST),
)
# Administrator and data manager first, then investigators: each approves those after them.
PEOPLE = (
    ("admin1", "Ines Vogel", "Operations", Role.ADM, None),
    ("dm1", "Anna Kim", "Data management", Role.DM, None),
    ("pi1", "Dr Chen Rui", "University Hospital, Shanghai", Role.PI, "101"),
    ("pi2", "Dr Zhou Lan", "University Hospital, Shanghai", Role.PI, "101"),
    ("pi3", "Dr Jonas Weber", "Charité, Berlin", Role.PI, "103"),
    ("pi4", "Dr Emily Ross", "Cancer Centre, Boston", Role.PI, "102"),
    ("crc1", "Mei Lin", "University Hospital, Shanghai", Role.CRC, "101"),
    ("crc2", "Li Wei", "University Hospital, Shanghai", Role.CRC, "101"),
    ("si1", "Dr Sun Hao", "University Hospital, Shanghai", Role.SI, "101"),
    ("lab1", "Gao Min", "Central laboratory", Role.LAB, "101"),
    ("nurse1", "Wang Fang", "University Hospital, Shanghai", Role.BED, "101"),
    ("crc3", "Grace Miller", "Cancer Centre, Boston", Role.CRC, "102"),
    ("crc4", "Lena Koch", "Charité, Berlin", Role.CRC, "103"),
    ("cra1", "S. Ortiz", "Monitoring", Role.CRA, None),
    ("mm1", "Dr Priya Nair", "Medical safety", Role.MM, None),
    ("stat1", "Tomas Novak", "Biostatistics", Role.ST, None),
    ("aud1", "Ruth Adler", "Inspection", Role.AUD, None),
    ("mfr1", "Yuki Sato", "Manufacturing", Role.MFR, None),
    ("mfr2", "Kenji Mori", "Manufacturing", Role.MFR, None),
)
# A study of its own has sites and people of its own.
PILOT_SITES = (
    ("701", "Memory Clinic 701", "America/New_York", "US", Site.DateOrder.MONTH_FIRST),
    ("710", "Memory Clinic 710", "America/New_York", "US", Site.DateOrder.MONTH_FIRST),
)
PILOT_PEOPLE = (
    ("admin1", "Ines Vogel", "Operations", Role.ADM, None),
    ("dm1", "Anna Kim", "Data management", Role.DM, None),
    ("pi1", "Dr Emily Ross", "Memory Clinic 701", Role.PI, "701"),
    ("pi2", "Dr Paul Grant", "Memory Clinic 701", Role.PI, "701"),
    ("pi3", "Dr Nora Blake", "Memory Clinic 710", Role.PI, "710"),
    ("crc1", "Grace Miller", "Memory Clinic 701", Role.CRC, "701"),
    ("si1", "Dr Owen Hale", "Memory Clinic 701", Role.SI, "701"),
    ("crc2", "Ruth Cole", "Memory Clinic 710", Role.CRC, "710"),
    ("cra1", "S. Ortiz", "Monitoring", Role.CRA, None),
    ("mm1", "Dr Priya Nair", "Medical safety", Role.MM, None),
    ("stat1", "Tomas Novak", "Biostatistics", Role.ST, None),
    ("aud1", "Ruth Adler", "Inspection", Role.AUD, None),
)
CASTS = {"u87": (SITES, PEOPLE), "cdiscpilot": (PILOT_SITES, PILOT_PEOPLE)}
TASKS = {
    Role.CRC: (Task.ENTER_DATA, Task.VERIFY_PRODUCT),
    Role.SI: (Task.ENTER_DATA, Task.ASSESS_SAFETY, Task.SIGN, Task.VERIFY_PRODUCT),
    Role.BED: (Task.VERIFY_PRODUCT,),
}


def cast() -> tuple[tuple, tuple]:
    """Sites and people of this study's demo."""
    return CASTS[settings.EDC_PROTOCOL]


def create_demo_sites() -> dict[str, Site]:
    """The demo sites of this study by code, those missing added."""
    system, (sites, _people) = ensure_system_user(), cast()
    found = {site.code: site for site in Site.objects.filter(code__in=[row[0] for row in sites])}
    for code, name, zone, country, order in sites:
        if code not in found:
            site = Site(code=code, name=name, time_zone=zone, country=country, date_order=order)
            found[code] = actions.save_site(by=system, site=site, reason="Demo")
    return found


def create_demo_users(*, since: date, fixed_secret: bool | None = None) -> dict[str, User]:
    """The demo people by the part of their address before the @, those missing added with roles and tasks.

    Args:
        since: day their training, roles and tasks begin; earlier than every date of the demo's data.
        fixed_secret: every second factor has the published test secret; None means: with test hooks only.
    Returns:
        All demo people, for example `people["crc1"]`.
    Raises:
        RuntimeError: this is a production server.
    """
    if settings.EDC_ENV == "production":
        raise RuntimeError("demo people are never created on a production server")
    sites = create_demo_sites()
    fixed = settings.EDC_TEST_HOOKS if fixed_secret is None else fixed_secret
    password = make_password(DEMO_PASSWORD)
    people: dict[str, User] = {}
    for name, full_name, organisation, role, code in cast()[1]:
        found = User.objects.filter(email=f"{name}@demo.example").first()
        if found is None:
            found = _create(name, full_name, organisation, since=since)
            people[name] = found
            _enrol(found, password, TEST_SECRET if fixed else second_factor.new_secret())
            _give_role(people, found, role, sites[code] if code else None, since=since)
        people[name] = found
    return people


def people_with_codes() -> list[dict]:
    """The demo people for the sign-in page: `name`, `person`, `code` that counts now, `roles`; one
    statement.
    """
    found = User.objects.filter(is_demo=True, is_active=True, credential__confirmed_at__isnull=False)
    order = {row[0]: number for number, row in enumerate(cast()[1])}
    listed = [
        {
            "name": person.email.partition("@")[0],
            "person": person,
            "code": _next_code(person.credential),
            "roles": sorted({a.role for a in person.assignments.all()}),
        }
        for person in found.select_related("credential").prefetch_related("assignments")
    ]
    return sorted(listed, key=lambda line: order.get(line["name"], len(order)))


def _next_code(credential: Credential) -> str:
    """The code of this time step, or the next one when this one has counted already."""
    counter = max(second_factor.current_counter(), credential.last_counter + 1)
    return second_factor.code_at(second_factor.decrypt(credential.secret), counter)


def _create(name: str, full_name: str, organisation: str, *, since: date) -> User:
    with audited(by=ensure_system_user(), reason="Demo", source="system", role="SYS"):
        return User.objects.create(
            email=f"{name}@demo.example",
            full_name=full_name,
            organisation=organisation,
            is_demo=True,
            trained_on=since,
            identity_checked_on=since,
            terms_version=settings.TERMS_VERSION,
            terms_accepted_at=timezone.now(),
        )


def _enrol(user: User, password: str, secret: str) -> None:
    now = timezone.now()
    user.credential = Credential.objects.create(
        user=user,
        password=password,
        password_set_at=now,
        secret=second_factor.encrypt(secret),
        confirmed_at=now,
    )


def _give_role(people: dict[str, User], user: User, role: Role, site: Site | None, *, since: date) -> None:
    investigator = next((p for n, p in people.items() if n in _investigators_of(site) and p != user), None)
    approver = investigator if role in SITE_ROLES else people.get("dm1")
    if approver == user:
        approver = None
    ends_on = since + timedelta(days=5 * 365) if role == Role.AUD else None
    actions.assign_role(
        by=ensure_system_user(),
        user=user,
        role=role,
        site=site,
        starts_on=since,
        ends_on=ends_on,
        approved_by=approver,
        reason="Demo",
    )
    for task in TASKS.get(role, ()):
        if investigator:
            actions.delegate_task(by=investigator, user=user, site=site, task=task, starts_on=since, reason="Demo")


def _investigators_of(site: Site | None) -> list[str]:
    return [row[0] for row in cast()[1] if row[3] == Role.PI and site is not None and row[4] == site.code]
