"""What every page shows around its content: study, environment, navigation by role, the person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trial_edc.accounts.roles import Permission as P
from trial_edc.audit import clock
from trial_edc.protocol import load

STUDY_NAMES = {"u87": "U87-01", "cdiscpilot": "CDISC pilot"}

PAGES: tuple[tuple[str, Promise, str, P | None, bool], ...] = (
    ("worklist", gettext_lazy("Worklist"), "/", None, True),
    ("subjects", gettext_lazy("Subjects"), "/subjects/", P.VIEW_SUBJECTS, True),
    ("safety", gettext_lazy("Safety"), "/safety/", P.READ_LIVE_DATA, True),
    ("queries", gettext_lazy("Queries"), "/queries/", P.VIEW_QUERIES, True),
    ("reports", gettext_lazy("Reports"), "/reports/", P.DOWNLOAD_REPORTS, True),
    ("products", gettext_lazy("Product"), "/product/", P.VIEW_PRODUCT, False),
    ("bedside", gettext_lazy("Identity checks"), "/bedside/", P.CONFIRM_BEDSIDE, False),
    ("sign", gettext_lazy("Sign"), "/sign/", P.SIGN_FORMS, False),
    ("verify", gettext_lazy("Verify"), "/verify/", P.VERIFY_SOURCE, False),
    ("data", gettext_lazy("Data"), "/data/", P.VIEW_DATA_CONSOLE, False),
    ("endpoints", gettext_lazy("Endpoints"), "/endpoints/", P.VIEW_ENDPOINTS, False),
    ("laboratories", gettext_lazy("Laboratories"), "/laboratories/", P.VIEW_STUDY_BUILD, False),
    ("audit", gettext_lazy("Audit"), "/audit/", P.VIEW_AUDIT_TRAIL, False),
    ("admin", gettext_lazy("Admin"), "/admin/", P.MANAGE_USERS, False),
)
"""(URL name, label, address prefix, right needed, on the bar itself or under More), in order of the bar.
A page whose URL name does not exist is not shown."""
OF_FORM = {"products": "coi", "bedside": "coi"}
"""Pages about a form: not shown in a study that does not have it."""


@dataclass(frozen=True)
class NavEntry:
    label: str
    url: str
    is_current: bool
    count: int = 0


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell`, worked out only as far as the template asks."""
    return {"shell": Shell(request)}


class Shell:
    """The frame of one page for one person. Runs no SQL of its own beyond what `counts` costs."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._access = getattr(request, "access", None)

    study = STUDY_NAMES[settings.EDC_PROTOCOL]

    @property
    def is_training(self) -> bool:
        return settings.EDC_ENV != "production"

    @property
    def environment(self) -> str:
        return _("Training") if self.is_training else _("Production")

    @property
    def printed_at(self) -> str:
        return f"{clock.now():%Y-%m-%d %H:%M} UTC"

    # the person

    @property
    def _person(self) -> Any:
        return self._access.user if self._access else None

    @property
    def person_id(self) -> int | str:
        return self._person.pk if self._person else ""

    @property
    def person_name(self) -> str:
        return self._person.full_name if self._person else ""

    @property
    def initials(self) -> str:
        return self._person.initials if self._person else ""

    @property
    def density(self) -> str:
        return self._person.density if self._person else ""

    @property
    def single_keys(self) -> bool:
        return self._person.single_keys if self._person else True

    @cached_property
    def role_label(self) -> str:
        role = self._access.role_at() if self._access else None
        return str(role.label) if role else ""

    # navigation

    @cached_property
    def nav(self) -> list[NavEntry]:
        return self._entries(on_bar=True)

    @cached_property
    def more(self) -> list[NavEntry]:
        return self._entries(on_bar=False)

    def _entries(self, *, on_bar: bool) -> list[NavEntry]:
        if self._access is None:
            return []
        entries, study = [], load(settings.EDC_PROTOCOL)
        for name, label, prefix, permission, is_on_bar in PAGES:
            url = _url(name) if name not in OF_FORM or study.has_form(OF_FORM[name]) else ""
            if is_on_bar is not on_bar or not url or (permission and not self._access.can(permission)):
                continue
            path = self._request.path
            is_current = path == "/" if prefix == "/" else path.startswith(prefix)
            entries.append(NavEntry(str(label), url, is_current, self.counts.get(name, 0)))
        return entries

    @cached_property
    def counts(self) -> dict[str, int]:
        return getattr(self._request, "work_counts", {})

    @cached_property
    def sites(self) -> tuple[Any, ...]:
        return self._access.seen_sites if self._access else ()

    @cached_property
    def site(self) -> Any:
        if len(self.sites) == 1:
            return self.sites[0]
        asked = self._request.GET.get("site", "")
        return next((site for site in self.sites if site.code == asked), None)

    # addresses that later pages bring with them

    @property
    def find_url(self) -> str:
        return _url("find") if self._access and self._access.has_data_role else ""

    @property
    def subjects_url(self) -> str:
        return _url("subjects")

    @property
    def me_url(self) -> str:
        return _url("me")

    @property
    def tray_url(self) -> str:
        """Where the bell asks what became of a person's reports; "" for those who get none."""
        return _url("report-tray") if self._access and self._access.can(P.DOWNLOAD_REPORTS) else ""

    @property
    def sign_out_url(self) -> str:
        return _url("signout")


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
