"""Source data verification: a monitor compares items with their source."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from trial_edc.accounts.models import User
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.audit.context import audited

from ..models import FormInstance, SourceVerification
from ..problems import NotAllowed
from ..rights import require

_FIELDS = ["verified_by", "verified_at", "needs_again"]


def verify_items(*, by: User, instance: FormInstance, revision: int, items: Collection[str]) -> int:
    """Mark items as verified against source. One statement for any number of items.

    Args:
        revision: what the monitor had on screen; another one is refused, the values may have changed.
        items: addresses inside the form ("temp", "trdiam.2").
    Returns:
        How many were marked.
    Raises:
        NotAllowed: no right, nothing to verify, or the form changed meanwhile.
    """
    role = require(by=by, permission=Permission.VERIFY_SOURCE, site_id=instance.subject.site_id)
    now = clock.now()
    with audited(by=by, role=role):
        current = FormInstance.objects.select_for_update().get(pk=instance.pk)
        if current.revision != revision:
            raise NotAllowed(_("The form was saved again since you opened it. Reload it and compare once more."))
        if current.status not in (FormInstance.Status.PARTIAL, FormInstance.Status.COMPLETE):
            raise NotAllowed(_("Only a filled form can be verified."))
        rows = [
            SourceVerification(instance=current, item=item, verified_by=by, verified_at=now, needs_again=False)
            for item in sorted(set(items))
        ]
        SourceVerification.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["instance", "item"], update_fields=_FIELDS
        )
    return len(rows)


def unverify_item(*, by: User, instance: FormInstance, item: str, reason: str) -> bool:
    """Take a verification back: the item needs verifying again. False when it was not verified."""
    role = require(by=by, permission=Permission.VERIFY_SOURCE, site_id=instance.subject.site_id)
    with audited(by=by, role=role, reason=reason):
        marks = SourceVerification.objects.filter(instance=instance, item=item, needs_again=False)
        return bool(marks.update(needs_again=True))
