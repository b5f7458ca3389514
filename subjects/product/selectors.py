"""What the pages of the product show: where it stands, its way, the checks and holds on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from subjects.crfs.inf import Infusion
from subjects.models import Subject
from subjects.product.custody import DECIDERS, HOLDERS, steps_of
from subjects.product.identity import Comparison
from subjects.product.models import Hold, IdentityCheck
from subjects.product.state import Product, label_name, obstacles, product_of, state_of, step_for, step_label
from subjects.product.way import Turn, way_of
from trial_edc.accounts.access import Access
from trial_edc.accounts.models import User
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.models import FormInstance, Signature
from trial_edc.casebook.reader import Casebook, read, read_many
from trial_edc.casebook.study import study
from trial_edc.crf.partial import text as date_text

PRODUCT_FORMS = frozenset({"aph", "mfg", "rel", "coi", "inf"})
PER_PAGE = 50


def product_now(subject: Subject) -> Product:
    """The product as it stands. Four statements."""
    return _product(read(subject, PRODUCT_FORMS), list(Hold.objects.filter(subject=subject).order_by("pk")))


def _product(casebook: Casebook, holds: list[Hold]) -> Product:
    releases = [one.id for one in casebook.instances if one.form_code == "rel"]
    signed = Signature.objects.filter(instance__in=releases, voided_at=None).values_list("instance_id", flat=True)
    return product_of(casebook, set(signed), holds)


def infusions(subject: Subject) -> int:
    """How many infusions have begun. One statement."""
    return Infusion.objects.filter(instance__subject=subject, infdtc__isnull=False).count()


def next_entry(subject: Subject, log: str) -> int:
    """The number of the next entry of a log. One statement."""
    last = FormInstance.objects.filter(subject=subject, form_code=log).aggregate(last=Max("seq"))["last"]
    return (last or 0) + 1


def comparisons(check: IdentityCheck) -> tuple[Comparison, ...]:
    """The identifiers of a check beside what is expected; one nothing is known of yet is as it was read."""
    return (
        Comparison("subject", _("Subject number"), check.subject.code, check.subject_read),
        Comparison("lot", label_name(check.step), check.lot_expected or check.lot_read, check.lot_read),
        Comparison("coi", _("Chain-of-identity identifier"), check.coi_expected or check.coi_read, check.coi_read),
    )


def find_check(subject: Subject, pk: int) -> IdentityCheck | None:
    found = IdentityCheck.objects.select_related("first_by", "second_by").filter(subject=subject, pk=pk).first()
    if found is not None:
        found.subject = subject
    return found


def find_hold(subject: Subject, pk: int) -> Hold | None:
    found = Hold.objects.filter(subject=subject, pk=pk).first()
    if found is not None:
        found.subject = subject
    return found


@dataclass(frozen=True)
class FormLink:
    label: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class HoldView:
    """A hold that stands; `may_decide` for this person."""

    id: int
    cause: str
    text: str
    opened: str
    may_decide: bool
    url: str


@dataclass(frozen=True)
class ProductPage:
    """What `subjects/product/page.html` shows."""

    subject: Subject
    product: Product
    state: str
    state_label: str
    reads_casebook: bool
    chain: tuple[tuple[str, str], ...]
    turns: tuple[Turn, ...]
    holds: tuple[HoldView, ...]
    links: tuple[FormLink, ...]
    check_url: str
    check_label: str
    infusion_url: str
    obstacles: tuple[str, ...]
    can_plan: bool
    can_hold: bool
    conditioning_on: str
    causes: tuple[tuple[str, str], ...]
    decisions: tuple[tuple[str, str], ...]


def product_page(access: Access, subject: Subject) -> ProductPage:
    """The product of one subject and its way. Seven statements."""
    casebook = read(subject, PRODUCT_FORMS)
    holds = list(Hold.objects.filter(subject=subject).select_related("opened_by", "decided_by").order_by("pk"))
    product = _product(casebook, holds)
    checks = list(IdentityCheck.objects.filter(subject=subject).select_related("first_by", "second_by").order_by("pk"))
    named = {key for one in product.steps for key in (one.coiby1, one.coiby2) if key}
    people = dict(User.objects.filter(pk__in=named).values_list("pk", "full_name"))
    state, label = state_of(product)
    step = step_for(product, steps_of(access, subject.site))
    reads = access.can(Permission.READ_LIVE_DATA, subject.site)
    return ProductPage(
        subject=subject,
        product=product,
        state=state,
        state_label=label,
        reads_casebook=reads,
        chain=_chain(product),
        turns=way_of(casebook, product, checks, holds, people),
        holds=tuple(_hold_view(access, subject, hold) for hold in product.standing_holds),
        links=_links(access, subject, product),
        check_url=reverse("product-check", args=[subject.code]) + f"?step={step}" if step else "",
        check_label=step_label(step) if step else "",
        infusion_url=reverse("product-infusion", args=[subject.code]) if reads else "",
        obstacles=tuple(obstacles(product, product.next_step)) if product.next_step else (),
        can_plan=access.can(Permission.ENTER_FORMS, subject.site),
        can_hold=any(access.can(right, subject.site) for right in HOLDERS) and not product.infused_at,
        conditioning_on=_conditioning(subject),
        causes=tuple(Hold.Cause.choices),
        decisions=tuple(Hold.Decision.choices),
    )


def _chain(product: Product) -> tuple[tuple[str, str], ...]:
    """Identifier after identifier: collection, lot, bags, subject."""
    lot = product.lot
    bags = ", ".join(bag.certificate for bag in lot.bags if bag.certificate) if lot else ""
    return (
        (_("Collection"), ", ".join(product.collections)),
        (_("Lot"), lot.batch if lot else ""),
        (_("Bags"), bags),
        (_("Chain of identity"), product.coi_id),
        (_("Subject"), product.subject.code),
    )


def _hold_view(access: Access, subject: Subject, hold: Hold) -> HoldView:
    may = any(access.can(right, subject.site) for right in DECIDERS) and hold.opened_by_id != access.user.pk
    url = reverse("product-hold", args=[subject.code, hold.pk])
    return HoldView(hold.pk, str(hold.get_cause_display()), hold.text, hold.opened_by.full_name, may, url)


def _links(access: Access, subject: Subject, product: Product) -> tuple[FormLink, ...]:
    """The forms manufacturing writes, those still to be begun among them."""
    lots, last = product.lots, product.lot
    links = []
    for n, lot in enumerate(lots, start=1):
        links.append(FormLink(_("Manufacture %(n)d") % {"n": n}, _form_url(subject, "mfg", lot.seq), lot.batch))
        links += [
            FormLink(_("Release"), _form_url(subject, "rel", bag.seq), bag.certificate or str(bag.seq))
            for bag in lot.bags
        ]
    if access.can(Permission.ENTER_MANUFACTURE, subject.site) and product.collections:
        next_lot = max((lot.seq for lot in lots), default=0) + 1
        next_bag = max((bag.seq for lot in lots for bag in lot.bags), default=0) + 1
        if last is None:
            links.append(FormLink(_("Begin manufacture"), _form_url(subject, "mfg", 1)))
        elif last.outcome == "REPEAT":
            again = _("Begin manufacture %(n)d") % {"n": len(lots) + 1}
            links.append(FormLink(again, _form_url(subject, "mfg", next_lot)))
        if last is not None and not last.has_failed:
            links.append(FormLink(_("Add a release"), _form_url(subject, "rel", next_bag)))
    links.append(FormLink(_("Custody log"), reverse("log", args=[subject.code, "coi"])))
    return tuple(links)


def _form_url(subject: Subject, form: str, seq: int) -> str:
    visit = next(cell.visit for cell in study().cells if cell.form == form)
    return reverse("form", args=[subject.code, visit, form] + ([seq] if seq > 1 else []))


def _conditioning(subject: Subject) -> str:
    """The day lymphodepletion begins by the plan: it hangs on the planned infusion."""
    on: date | None = subject.planned_infusion_on
    return date_text(on - timedelta(days=study().settings.infusion_after_ld1_days)) if on else ""


@dataclass(frozen=True)
class BoardRow:
    """The product of one subject on the board."""

    subject: str
    url: str
    lot: str
    state: str
    state_label: str
    next_step: str


@dataclass(frozen=True)
class Board:
    rows: tuple[BoardRow, ...]
    page: int
    has_next: bool
    shows_all: bool


def board(access: Access, *, shows_all: bool = False, page: int = 1) -> Board:
    """Products of the person's sites, 50 at a time. Five statements.

    Args:
        shows_all: infused ones too.
    """
    sites = [site for site in access.seen_sites if _sees_product(access, site)]
    found = Subject.objects.filter(site__in=sites, forms__form_code="aph").distinct().order_by("code")
    if not shows_all:
        found = found.exclude(pk__in=FormInstance.objects.filter(form_code="inf").values("subject"))
    start = (page - 1) * PER_PAGE
    chosen = list(found[start : start + PER_PAGE + 1])
    rows = [_board_row(subject, product) for subject, product in _products(chosen[:PER_PAGE])]
    return Board(tuple(rows), page, len(chosen) > PER_PAGE, shows_all)


def _sees_product(access: Access, site: Any) -> bool:
    return access.can(Permission.VIEW_PRODUCT, site)


def _products(subjects: list[Subject]) -> list[tuple[Subject, Product]]:
    """Four statements, whatever the number of subjects."""
    casebooks = read_many(subjects, PRODUCT_FORMS)
    releases = [one.id for book in casebooks.values() for one in book.instances if one.form_code == "rel"]
    signed = set(Signature.objects.filter(instance__in=releases, voided_at=None).values_list("instance_id", flat=True))
    holds: dict[int, list[Hold]] = {}
    for hold in Hold.objects.filter(subject__in=subjects).order_by("pk"):
        holds.setdefault(hold.subject_id, []).append(hold)
    return [(one, product_of(casebooks[one.pk], signed, holds.get(one.pk, []))) for one in subjects]


def _board_row(subject: Subject, product: Product) -> BoardRow:
    state, label = state_of(product)
    return BoardRow(
        subject=subject.code,
        url=reverse("product", args=[subject.code]),
        lot=product.lot.batch if product.lot else "",
        state=state,
        state_label=label,
        next_step=step_label(product.next_step) if product.next_step else "",
    )


@dataclass(frozen=True)
class BedsideRow:
    subject: str
    step: str
    url: str


def bedside(access: Access) -> tuple[BedsideRow, ...]:
    """Subjects whose next step of custody this person verifies; nothing of them but the number. Five statements."""
    sites = {site.pk: site for site in access.seen_sites if steps_of(access, site)}
    expected = Q(planned_leukapheresis_on__isnull=False) | Q(forms__form_code="aph")
    found = Subject.objects.filter(expected, site__in=sites).distinct().order_by("code")
    found = found.exclude(pk__in=FormInstance.objects.filter(form_code="inf").values("subject"))
    rows = []
    for subject, product in _products(list(found[: 2 * PER_PAGE])):
        if step := step_for(product, steps_of(access, sites[subject.site_id])):
            url = reverse("product-check", args=[subject.code]) + f"?step={step}"
            rows.append(BedsideRow(subject.code, step_label(step), url))
    return tuple(rows)
