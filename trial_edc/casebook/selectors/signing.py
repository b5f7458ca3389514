"""The sign-off queue: what waits for a signature, and what changed since the last one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trial_edc.accounts.access import Access
from trial_edc.accounts.models import Site
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.audit.models import AuditValue
from trial_edc.crf.entry import with_rows
from trial_edc.crf.registry import crf, row_models
from trial_edc.crf.spec import form_spec
from trial_edc.crf.values import FormRecord, display

from ..actions.sign import SignResult, meanings, must_be_signed_alone
from ..digests import is_as_given
from ..models import FormInstance, Signature
from ..reader import read_forms
from ..study import study
from .rows import item_of_column, row_keys
from .trail import side_text, stamp

PER_PAGE = 50


@dataclass(frozen=True)
class Diff:
    label: str
    old: str
    new: str
    who: str
    at: str
    reason: str


@dataclass(frozen=True)
class SignRow:
    """One form that waits. `alone` = never part of a batch. `values` are shown in full when it is new."""

    id: int
    subject: str
    name: str
    title: str
    revision: int
    state: str
    state_label: str
    alone: bool
    n_queries: int
    url: str
    signed_at: str
    diffs: tuple[Diff, ...]
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SigningPage:
    rows: tuple[SignRow, ...]
    n_new: int
    n_changed: int
    meanings: tuple[tuple[str, str], ...]
    page: int
    has_next: bool


def signing_sites(access: Access) -> dict[str, list[Site]]:
    """Right of a signature to the sites where this person has it; rights held nowhere are left out."""
    rights = dict.fromkeys(rule.right for rule in study().signatures)
    found = {right: list(access.sites(Permission(right))) for right in rights}
    return {right: sites for right, sites in found.items() if sites}


def signable_by(access: Access) -> Q:
    """The forms whose signature rule lets this person sign, by place; who must be the second is left out."""
    allowed = Q(pk__in=[])
    for right, sites in signing_sites(access).items():
        rules = [rule for rule in study().signatures if rule.right == right]
        forms = [code for rule in rules for code in rule.forms]
        second = [code for rule in rules if rule.second_person for code in rule.forms]
        own = Q(form_code__in=second, saved_by=access.user) if second else Q(pk__in=[])
        allowed |= Q(subject__site__in=sites, form_code__in=forms) & ~own
    return allowed


def signed_on_site(sites: list[Site]) -> Q:
    """The forms investigators of these sites sign."""
    forms = [code for rule in study().signatures if rule.right == "sign_forms" for code in rule.forms]
    return Q(subject__site__in=sites, form_code__in=forms)


def waiting_for_signature(access: Access, *, subject: str = "") -> QuerySet[FormInstance]:
    """What waits for this person's signature, oldest first; of one subject alone when its number is given."""
    return unsigned(signable_by(access), subject=subject)


def unsigned(which: Q, *, subject: str = "") -> QuerySet[FormInstance]:
    """Of these forms the complete ones without a standing signature, oldest first.

    Args:
        subject: number of a subject, for its forms alone. Only then the signatures are looked at one by one (a
            statement more): one that is not as it was given counts for nothing.
    """
    standing = Signature.objects.filter(instance=OuterRef("pk"), voided_at=None)
    if subject:
        given = Signature.objects.filter(instance__subject__code=subject, voided_at=None)
        standing = standing.exclude(pk__in=[one.pk for one in given if not is_as_given(one)])
        which &= Q(subject__code=subject)
    return (
        FormInstance.objects.filter(which, status__in=["complete", "not_done"])
        .filter(~Exists(standing))
        .annotate(was_signed=Exists(Signature.objects.filter(instance=OuterRef("pk"))))
        .order_by("subject__code", "form_code", "seq", "pk")
    )


def signing_queue(access: Access, *, forms: list[str] | None = None, subject: str = "", page: int = 1) -> SigningPage:
    """What this person may sign, 50 at a time, with diffs. Eight statements, whatever the number of forms."""
    waiting = waiting_for_signature(access, subject=subject)
    if forms:
        waiting = waiting.filter(form_code__in=forms)
    counts = waiting.aggregate(n=Count("pk"), changed=Count("pk", filter=Q(was_signed=True)))
    live = Count("queries", filter=Q(queries__state__in=["open", "answered"]))
    start = (page - 1) * PER_PAGE
    chosen = list(waiting.select_related("subject", "visit").annotate(n_queries=live)[start : start + PER_PAGE])
    records = read_forms([form.pk for form in chosen])
    signed = _last_signatures(chosen)
    diffs = _diffs(chosen, signed, access)
    zones = {site.pk: site for site in access.all_sites}
    rows = tuple(
        _row(form, records[form.pk], signed.get(form.pk), diffs[form.pk], zones[form.subject.site_id])
        for form in chosen
    )
    return SigningPage(
        rows=rows,
        n_new=counts["n"] - counts["changed"],
        n_changed=counts["changed"],
        meanings=meanings(),
        page=page,
        has_next=start + PER_PAGE < counts["n"],
    )


def _row(form: FormInstance, record: FormRecord, signed: Signature | None, diffs: list[Diff], site: Site) -> SignRow:
    place = form.visit.code if form.visit else ""
    code = form.subject.code
    url = (
        reverse("form", args=[code, place, form.form_code, form.seq])
        if place
        else reverse("log-entry", args=[code, form.form_code, form.seq])
    )
    name = f"{form.form_code.upper()}-{form.seq:03d}" if not place else f"{form.form_code.upper()} {place.upper()}"
    return SignRow(
        id=form.pk,
        subject=code,
        name=name,
        title=str(crf(form.form_code).Crf.title),
        revision=form.revision,
        state="resign" if signed else "to-sign",
        state_label=_("changed") if signed else _("new"),
        alone=must_be_signed_alone(form.form_code, record.head),
        n_queries=form.n_queries,
        url=url,
        signed_at=stamp(signed.signed_at, site) if signed else "",
        diffs=tuple(diffs),
        values=_values(form, record, site),
    )


def _values(form: FormInstance, record: FormRecord, site: Site) -> tuple[tuple[str, str], ...]:
    place = form.visit.code if form.visit else ""
    spec = with_rows(form_spec(form.form_code, form.protocol_version, visit_code=place), {}, record)
    zone = ZoneInfo(site.time_zone)
    shown = (
        (one, display(one, record.values.get(one.address), record.meta.get(one.address), time_zone=zone))
        for one in spec
    )
    return tuple((str(one.label), text) for one, text in shown if text)


def _last_signatures(forms: list[FormInstance]) -> dict[int, Signature]:
    found: dict[int, Signature] = {}
    for signature in Signature.objects.filter(instance__in=forms).order_by("pk"):
        found[signature.instance_id] = signature
    return found


def _diffs(forms: list[FormInstance], signed: dict[int, Signature], access: Access) -> dict[int, list[Diff]]:
    """Changes after the last signature, oldest first. Two statements."""
    diffs: dict[int, list[Diff]] = defaultdict(list)
    again = [form for form in forms if form.pk in signed]
    if not again:
        return diffs
    since = min(signed[form.pk].signed_at for form in again)
    changes = AuditValue.objects.filter(instance_id__in=[form.pk for form in again], at__gt=since).order_by("event_id")
    by_pk = {form.pk: form for form in again}
    keys = row_keys((change.table_name, change.row_pk) for change in changes)
    sites = {site.pk: site for site in access.all_sites}
    for change in changes:
        form = by_pk[change.instance_id]
        one = _item_of(change, form, keys.get((change.table_name, change.row_pk), ""))
        if one is None or change.at <= signed[form.pk].signed_at:
            continue
        site = sites[form.subject.site_id]
        old, new = (side_text(one, side, site=site) or "–" for side in (change.old, change.new))
        diffs[form.pk].append(Diff(str(one.label), old, new, change.actor_name, stamp(change.at, site), change.reason))
    return diffs


def _item_of(change: AuditValue, form: FormInstance, row_key: str):
    tables = {model._meta.db_table for model in (crf(form.form_code), *row_models(form.form_code))}
    if change.table_name not in tables:
        return None
    place = form.visit.code if form.visit else ""
    return item_of_column(form.form_code, form.protocol_version, place, change.item, row_key)


@dataclass(frozen=True)
class DialogRow:
    instance_id: int
    name: str
    subject: str
    title: str
    revision: int
    status: str
    state_label: str
    is_alone: bool


@dataclass(frozen=True)
class SignDialog:
    """What `casebook/sign.html` shows."""

    title: str
    url: str
    back_url: str
    rows: tuple[DialogRow, ...]
    statement: str
    signer: str
    now: str
    button: str
    asks_code: bool
    problem: str
    token: str = ""


def sign_dialog(access: Access, chosen: dict[int, int], *, asks_code: bool, problem: str = "") -> SignDialog:
    """The forms somebody is about to sign, of sites where this person may. Four statements."""
    by_right = signing_sites(access)
    sites = [site for found in by_right.values() for site in found]
    allowed = Q(pk__in=[])
    for rule in study().signatures:
        allowed |= Q(form_code__in=rule.forms, subject__site__in=by_right.get(rule.right, []))
    forms = FormInstance.objects.filter(allowed, pk__in=list(chosen))
    found = list(forms.select_related("subject", "visit").order_by("subject__code", "form_code", "seq"))
    records = read_forms([form.pk for form in found])
    rows = tuple(_dialog_row(form, records[form.pk], chosen[form.pk]) for form in found)
    statements = dict(meanings())
    needed = dict.fromkeys(rule.meaning for form in found if (rule := study().signature_rule(form.form_code)))
    n = len(rows)
    return SignDialog(
        title=ngettext("Sign %(n)d record", "Sign %(n)d records", n) % {"n": n} if n else _("Nothing is chosen"),
        url=reverse("sign-confirm"),
        back_url=reverse("sign"),
        rows=rows,
        statement=" ".join(statements[code] for code in needed),
        signer=access.user.full_name,
        now=stamp(clock.now(), sites[0]) if sites else "",
        button=ngettext("Sign %(n)d record", "Sign %(n)d records", n) % {"n": n},
        asks_code=asks_code,
        problem=problem or ("" if n else _("Choose at least one form in the queue.")),
    )


def _dialog_row(form: FormInstance, record: FormRecord, revision: int) -> DialogRow:
    place = form.visit.code.upper() if form.visit else f"{form.seq:03d}"
    title = str(crf(form.form_code).Crf.title)
    return DialogRow(
        instance_id=form.pk,
        name=f"{form.subject.code}-{form.form_code.upper()}-{place}",
        subject=form.subject.code,
        title=f"{form.form_code.upper()}-{place} {title}",
        revision=revision,
        status="to-sign",
        state_label=str(FormInstance.Status(form.status).label),
        is_alone=must_be_signed_alone(form.form_code, record.head),
    )


@dataclass(frozen=True)
class SignedRow:
    subject: str
    title: str
    statement: str
    printed_name: str
    at: str
    digest: str


@dataclass(frozen=True)
class LeftOutRow:
    title: str
    why: str


@dataclass(frozen=True)
class SignedPage:
    title: str
    signed: tuple[SignedRow, ...]
    left_out: tuple[LeftOutRow, ...]


def sign_result(access: Access, result: SignResult) -> SignedPage:
    """The manifest of one signing. No statement."""
    sites = {site.pk: site for site in access.all_sites}
    n = len(result.signed)
    return SignedPage(
        title=ngettext("%(n)d record signed", "%(n)d records signed", n) % {"n": n},
        signed=tuple(
            SignedRow(
                subject=one.instance.subject.code,
                title=_named(one.instance),
                statement=one.statement,
                printed_name=one.printed_name,
                at=stamp(one.signed_at, sites[one.instance.subject.site_id]),
                digest=one.content_digest,
            )
            for one in result.signed
        ),
        left_out=tuple(
            LeftOutRow(f"{one.instance.subject.code} {_named(one.instance)}", one.why) for one in result.left_out
        ),
    )


def _named(form: FormInstance) -> str:
    place = form.visit.code.upper() if form.visit else f"{form.seq:03d}"
    return f"{form.form_code.upper()}-{place} {crf(form.form_code).Crf.title}"
