"""States of the study for tests, made by actions only: what users cannot reach, no test holds."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.db.models.base import ModelState

from subjects.actions.subjects import register_subject
from subjects.models import Subject
from trial_edc.accounts import demo
from trial_edc.accounts.access import Access, access_of
from trial_edc.accounts.models import Site, User
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.audit.system import ensure_system_user, system_user
from trial_edc.casebook.actions.save import Saved, save_form
from trial_edc.casebook.actions.sign import SignResult, sign_forms
from trial_edc.casebook.context import entry_context
from trial_edc.casebook.models import FormInstance
from trial_edc.casebook.reader import read
from trial_edc.casebook.slots import Slot
from trial_edc.crf.entry import bind
from trial_edc.crf.spec import form_spec

SINCE = date(2025, 1, 1)
# Every table of people and sites, those others point to first.
PEOPLE = (Site, User, *(one for one in apps.get_app_config("accounts").get_models() if one not in (Site, User)))
_made: dict[str, _Made] = {}
DAY_3_SIGNS = {
    "vs.o2sup": "NONE",
    "vs.temp": "38.4",
    "vs.sysbp": "118",
    "vs.diabp": "76",
    "vs.pulse": "96",
    "vs.resp": "18",
    "vs.spo2": "97",
    "vs.weight": "61.4",
}


@dataclass
class Study:
    """People by demo name, sites by code."""

    people: dict[str, User]
    sites: dict[str, Site]

    def __getitem__(self, name: str) -> User:
        return self.people[name]

    def access(self, name: str) -> Access:
        return access_of(User.objects.get(pk=self.people[name].pk))


def study() -> Study:
    """The demo people of every role and the three sites.

    Made by actions once for each test worker; in the worker's database, where it is rolled back after every test,
    the same rows are put in again in one go.
    """
    name = connection.settings_dict["NAME"]
    if name in _made:
        return _again(_made[name])
    found = Study(demo.create_demo_users(since=SINCE), demo.create_demo_sites())
    if connection.in_atomic_block:
        _made[name] = _Made(system_user().pk, [list(model.objects.order_by("pk")) for model in PEOPLE])
    return found


@dataclass
class _Made:
    """Rows of the study as actions made them, by model, and the key the system user had."""

    system: int
    rows: list[list[Model]]


def _again(made: _Made) -> Study:
    system = ensure_system_user()
    with audited(by=system, reason="Demo", source="system", role="SYS"):
        for model, rows in zip(PEOPLE, made.rows, strict=True):
            users = [field.attname for field in model._meta.concrete_fields if field.related_model is User]
            copies = [copy(row) for row in rows if not (model is User and row.pk == made.system)]
            for row in copies:
                row._state = ModelState()
                for one in users:
                    if getattr(row, one) == made.system:
                        setattr(row, one, system.pk)
            model.objects.bulk_create(copies)
    people = {one.email.partition("@")[0]: one for one in User.objects.filter(is_demo=True)}
    return Study(people, {site.code: site for site in Site.objects.all()})


def today(site: Site) -> date:
    """Today at a site, by the clock of the record."""
    return clock.now().astimezone(ZoneInfo(site.time_zone)).date()


def registered_subject(study: Study, *, by: str = "crc1", site: str = "101", days_ago: int = 60) -> Subject:
    """A subject with consent and demography."""
    consented = today(study.sites[site]) - timedelta(days=days_ago)
    return register_subject(
        by=study[by],
        site=study.sites[site],
        consented_at=f"{consented:%d-%b-%Y} 09:30",
        consent_version="2.0",
        consent_type="MAIN",
        sex="F",
        birth_year="1970",
    )


def infused_subject(study: Study, *, day: int = 9, by: str = "crc1", site: str = "101") -> Subject:
    """A subject whose infusion was `day` days ago."""
    subject = registered_subject(study, by=by, site=site, days_ago=day + 40)
    infused = today(study.sites[site]) - timedelta(days=day)
    save(study, subject, "d0/inf", {"inf.infdtc": f"{infused:%d-%b-%Y} 10:42", "inf.infnum": "1"}, by=by)
    return subject


def save(study: Study, subject: Subject, path: str, raw: dict[str, str], *, by: str = "crc1", **more) -> Saved:
    """Save values into a slot: "d3/vs", "d0/vs/2", "ae/1"."""
    return save_form(by=study[by], slot=slot(subject, path), raw=raw, **more)


def slot(subject: Subject, path: str) -> Slot:
    first, *rest = path.split("/")
    if rest and rest[0].isdigit():
        return Slot(subject.pk, "", first, int(rest[0]))
    return Slot(subject.pk, first, rest[0], int(rest[1]) if len(rest) > 1 else 1)


def day_3(study: Study, subject: Subject) -> FormInstance:
    """Complete vital signs of Day 3."""
    infused = today(subject.site) - timedelta(days=6)
    saved = save(study, subject, "d3/vs", {"vs.vsdtc": f"{infused:%d-%b-%Y} 08:15", **DAY_3_SIGNS})
    assert saved.instance is not None
    return saved.instance


def adverse_event(study: Study, subject: Subject, *, seq: int = 1, by: str = "pi1", **changed: str) -> FormInstance:
    """A complete non-serious adverse event, entered by the investigator who judges grade and causes."""
    raw = {
        "ae.aeterm": "tired",
        "ae.aectcae": "Fatigue",
        "ae.aetoxgr": "2",
        "ae.aestdtc": f"{today(subject.site) - timedelta(days=4):%d-%b-%Y}",
        "ae.aeout": "RECOVERING",
        "ae.aeser": "N",
        "ae.aerelu87": "POSSIBLE",
        "ae.aerelld": "UNLIKELY",
        "ae.aerelaph": "UNRELATED",
        "ae.aeacn": "NONE",
        "ae.aetreat": "N",
        "ae.aedlt": "N",
        "ae.aesi": "NONE",
        **{f"ae.{item}": text for item, text in changed.items()},
    }
    saved = save(study, subject, f"ae/{seq}", raw, by=by)
    assert saved.instance is not None, saved
    return saved.instance


def signed(study: Study, *forms: FormInstance, by: str = "pi1", meaning: str = "approval") -> SignResult:
    """Sign forms at their present revision."""
    current = {form.pk: FormInstance.objects.get(pk=form.pk).revision for form in forms}
    return sign_forms(by=study[by], credentials_confirmed=True, revisions=current, meaning=meaning)


__all__ = ["Study", "bind", "datetime", "entry_context", "form_spec", "read"]
