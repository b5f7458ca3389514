"""The facts that hang on the forms of one subject, each kind in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from trial_edc.accounts.models import Site, User

from ..dates import SubjectDates, subject_dates, visits_in_time
from ..locks import Bolt, Bolts, bolts
from ..models import Draft, Query, Signature, SourceVerification
from ..reader import Casebook, InstanceRow, read


@dataclass(frozen=True)
class LiveQuery:
    """A query waiting for somebody."""

    id: int
    instance_id: int
    item: str
    state: str
    rule: str


@dataclass
class Facts:
    """Casebook of a subject with everything pages show beside the values.

    Attributes:
        dates: visit days and anchors. drafts: own drafts by (visit, form, seq). others: names of people who
        keep a draft there. queries, verified, signatures: by form key; `verified` maps address to whether it
        needs verifying again.
    """

    casebook: Casebook
    site: Site
    dates: SubjectDates
    bolts: Bolts
    drafts: dict[tuple[str, str, int], Draft] = field(default_factory=dict)
    others: dict[tuple[str, str, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    queries: dict[int, list[LiveQuery]] = field(default_factory=lambda: defaultdict(list))
    verified: dict[int, dict[str, bool]] = field(default_factory=lambda: defaultdict(dict))
    signatures: dict[int, list[Signature]] = field(default_factory=lambda: defaultdict(list))

    @cached_property
    def visit_codes(self) -> list[str]:
        """All visits in the order of time, unscheduled ones among them."""
        return visits_in_time(self.dates, (one.visit_code for one in self.casebook.instances if one.visit_code))

    def instance(self, visit_code: str, form_code: str, seq: int) -> InstanceRow | None:
        for one in self.casebook.instances:
            if (one.visit_code, one.form_code, one.seq) == (visit_code, form_code, seq):
                return one
        return None

    def lock_over(self, visit_code: str, instance: InstanceRow | None) -> Bolt | None:
        subject = self.casebook.subject
        visit_id = next((i.visit_id for i in self.casebook.instances if i.visit_code == visit_code), None)
        return self.bolts.over(
            site_id=subject.site_id,
            subject_id=subject.pk,
            visit_id=visit_id if visit_code else None,
            instance_id=instance.id if instance else None,
        )

    def query_states(self, instance_id: int) -> dict[str, tuple[str, ...]]:
        states: dict[str, tuple[str, ...]] = {}
        for query in self.queries.get(instance_id, ()):
            states[query.item] = (*states.get(query.item, ()), query.state)
        return states


def facts_of(subject, *, user: User, site: Site, forms: Collection[str] | None = None) -> Facts:
    """Read the facts of a subject: eight statements, whatever the number of forms.

    Args:
        forms: forms whose values are needed; None = all.
    """
    casebook = read(subject, forms)
    facts = Facts(
        casebook=casebook,
        site=site,
        dates=subject_dates(casebook, site),
        bolts=bolts(site_id=subject.site_id, subject_id=subject.pk),
    )
    for draft in Draft.objects.filter(subject=subject).select_related("user").order_by("pk"):
        place = (draft.visit_code, draft.form_code, draft.seq)
        if draft.user_id == user.pk:
            facts.drafts[place] = draft
        else:
            facts.others[place].append(draft.user.full_name)
    live = Query.objects.filter(instance__subject=subject, state__in=["open", "answered"]).order_by("pk")
    for row in live.values_list("id", "instance_id", "item", "state", "rule"):
        facts.queries[row[1]].append(LiveQuery(*row))
    marks = SourceVerification.objects.filter(instance__subject=subject)
    for instance_id, item, again in marks.values_list("instance_id", "item", "needs_again"):
        facts.verified[instance_id][item] = again
    for signature in Signature.objects.filter(instance__subject=subject).order_by("pk"):
        facts.signatures[signature.instance_id].append(signature)
    return facts
