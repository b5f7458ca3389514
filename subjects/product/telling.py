"""Notices of what a saved form says of the product."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from subjects.product.custody import TOLD
from subjects.product.selectors import infusions
from trial_edc.casebook.actions.follow import Happened
from trial_edc.notices.actions import notify


def after_save(happened: Happened) -> None:
    """Tell of growth in the sterility test of a product, in the transaction of its save; once for each certificate.

    Before the infusion as after it: then the subject has the product already, which the sentence says.
    """
    record = happened.record
    if happened.row.form_code != "rel" or record is None or record.relster != "GROWTH":
        return
    is_given = bool(infusions(happened.subject))
    words = (
        _("%(subject)s: the sterility test shows growth after the infusion. Look at the subject now.")
        if is_given
        else _("%(subject)s: the sterility test of the product shows growth.")
    )
    notify(
        code="product-growth",
        key=f"product-growth:{happened.row.id}:{is_given}",
        subject=happened.subject,
        sentence=words % {"subject": happened.subject.code},
        path=reverse("product", args=[happened.subject.code]),
        to_roles=TOLD,
    )
