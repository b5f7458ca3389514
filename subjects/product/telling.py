"""Notices of what a saved form says of the product."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from subjects.product.custody import TOLD
from subjects.product.selectors import infusions
from trial_edc.casebook.panels import SavedForm
from trial_edc.notices.actions import notify


def after_save(saved: SavedForm) -> None:
    """Tell of growth in the sterility test of a product, in the transaction of its save; once for each certificate.

    Before the infusion as after it: then the subject has the product already, which the sentence says.
    """
    if saved.instance.form_code != "rel" or saved.record.relster != "GROWTH":
        return
    is_given = bool(infusions(saved.subject))
    words = (
        _("%(subject)s: the sterility test shows growth after the infusion. Look at the subject now.")
        if is_given
        else _("%(subject)s: the sterility test of the product shows growth.")
    )
    notify(
        code="product-growth",
        key=f"product-growth:{saved.instance.pk}:{is_given}",
        subject=saved.subject,
        sentence=words % {"subject": saved.subject.code},
        path=reverse("product", args=[saved.subject.code]),
        to_roles=TOLD,
    )
