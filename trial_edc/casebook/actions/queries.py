"""Raise, answer, close, cancel and reopen queries. A sent message is never edited."""

from __future__ import annotations

from django.utils.translation import gettext as _

from trial_edc.accounts.access import access_of
from trial_edc.accounts.models import User
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.audit.context import audited

from ..models import FormInstance, Query, QueryMessage
from ..problems import NotAllowed
from ..rights import require, site_of

LONGEST_TEXT = 2_000
LIVE = (Query.State.OPEN, Query.State.ANSWERED)


def raise_query(*, by: User, instance: FormInstance, item: str = "", text: str) -> Query:
    """Ask the site about one item of a saved form, or about the form when `item` is "". Raises NotAllowed."""
    text = _wording(text)
    role = require(by=by, permission=Permission.RAISE_QUERIES, site_id=instance.subject.site_id)
    now = clock.now()
    with audited(by=by, role=role):
        query = Query.objects.create(instance=instance, item=item, opened_at=now, opened_by=by)
        _say(query, by=by, action="opened", text=text, at=now)
    return query


def answer_query(*, by: User, query: Query, text: str) -> Query:
    """Answer as the site. Raises NotAllowed when it is not open or the text is empty."""
    text = _wording(text)
    return _turn(by=by, query=query, right=Permission.ANSWER_QUERIES, action="answered", text=text)


def close_query(*, by: User, query: Query, text: str = "") -> Query:
    """Close an own query, or any as data manager. One that a check opened needs its answer first."""
    _own_or_any(by, query)
    return _turn(by=by, query=query, right=None, action="closed", text=text)


def cancel_query(*, by: User, query: Query, reason: str) -> Query:
    """Withdraw a query that should not have been asked; the reason stays in the thread."""
    reason = _wording(reason)
    _own_or_any(by, query)
    return _turn(by=by, query=query, right=None, action="cancelled", text=reason)


def reopen_query(*, by: User, query: Query, text: str) -> Query:
    """Ask again after an answer or a closure that did not settle it."""
    text = _wording(text)
    _own_or_any(by, query)
    return _turn(by=by, query=query, right=None, action="reopened", text=text)


_STEPS = {
    "answered": ((Query.State.OPEN,), Query.State.ANSWERED),
    "closed": (LIVE, Query.State.CLOSED),
    "cancelled": (LIVE, Query.State.CANCELLED),
    "reopened": ((Query.State.ANSWERED, Query.State.CLOSED), Query.State.OPEN),
}


def _turn(*, by: User, query: Query, right: Permission | None, action: str, text: str) -> Query:
    role = None
    if right is not None:
        role = require(by=by, permission=right, site_id=query.instance.subject.site_id)
    before, after = _STEPS[action]
    with audited(by=by, reason=text[:200], role=role or _role(by, query)):
        current = Query.objects.select_for_update().get(pk=query.pk)
        if current.state not in before or (action == "closed" and current.rule and current.state == "open"):
            raise NotAllowed(_not_now(current, action))
        current.state = after
        current.save(update_fields=["state"])
        _say(current, by=by, action=action, text=text, at=clock.now())
    return current


def _not_now(query: Query, action: str) -> str:
    if action == "closed" and query.rule and query.state == Query.State.OPEN:
        return _("A check opened this query. It closes when the value is corrected or kept with a reason, or answered.")
    return _("The query is %(state)s. Reload the page to see its thread.") % {
        "state": Query.State(query.state).label.lower()
    }


def _own_or_any(by: User, query: Query) -> None:
    access = access_of(by)
    site = site_of(access, query.instance.subject.site_id)
    own = query.opened_by_id == by.pk and not query.rule
    if access.can(Permission.CLOSE_QUERIES, site) or (own and access.can(Permission.CLOSE_OWN_QUERIES, site)):
        return
    raise NotAllowed(_("Only the person who raised this query or the data manager can do this."))


def _role(by: User, query: Query) -> str:
    access = access_of(by)
    return access.role_at(site_of(access, query.instance.subject.site_id)) or ""


def _wording(text: str) -> str:
    text = text.strip()
    if not text:
        raise NotAllowed(_("Enter a text: one question or one answer."))
    if len(text) > LONGEST_TEXT:
        raise NotAllowed(
            _("The text has %(n)d characters; the longest is %(max)d.") % {"n": len(text), "max": LONGEST_TEXT}
        )
    return text


def _say(query: Query, *, by: User, action: str, text: str, at) -> None:
    QueryMessage.objects.create(query=query, action=action, text=text, by=by, at=at)
