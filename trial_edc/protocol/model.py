"""What a study is made of: frozen data without Django. One package beside this file holds one study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from trial_edc.protocol.settings import Settings


@dataclass(frozen=True)
class Unit:
    """A unit of an analyte: standard = (value - offset) x factor / divisor.

    `factor` None = the value is kept as reported and never converted.
    """

    code: str
    factor: Decimal | None = Decimal(1)
    divisor: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)

    def to_standard(self, value: Decimal) -> Decimal | None:
        """The value in the standard unit with at most 6 decimals, None when it cannot be converted."""
        if self.factor is None:
            return None
        standard = (value - self.offset) * self.factor / self.divisor
        return standard if standard.as_tuple().exponent >= -6 else round(standard, 6)  # type: ignore[operator]


@dataclass(frozen=True)
class Analyte:
    """Something measured in rows: a laboratory test, a vital sign.

    Attributes:
        code: lower case, the key of its row ("anc"); label: English, translated where it is shown.
        units: the standard unit first.
        expected: (lowest, highest) expected, standard unit, both included; None = no study-wide range.
        possible: (lowest, highest) possible; outside cannot be right.
        choices: ((code, label), ...) of a result that is no number, () for a number.
        calculated: derived by its form, never typed. is_text: the result is words.
    """

    code: str
    label: str
    units: tuple[Unit, ...] = (Unit(""),)
    expected: tuple[Decimal, Decimal] | None = None
    possible: tuple[Decimal, Decimal] | None = None
    choices: tuple[tuple[str, str], ...] = ()
    calculated: bool = False
    qualifiers: bool = False
    is_text: bool = False


@dataclass(frozen=True)
class PanelRow:
    """An expected row of a form: an analyte, or a criterion by its code.

    `when` = (item, codes): the row is asked when that item of the form has one of the codes.
    """

    key: str
    label: str
    analyte: Analyte | None = None
    when: tuple[str, tuple[str, ...]] | None = None
    optional: bool = False


@dataclass(frozen=True)
class VisitPlan:
    """A planned visit. Days count from the date named by `anchor`; None = no planned day.

    `planned_anchor` + `planned_day` stand in until the anchor's actual date exists.
    """

    code: str
    name: str
    phase: str
    anchor: str
    target_day: int | None
    minus: int | None
    plus: int | None
    track: str
    planned_anchor: str = ""
    planned_day: int | None = None


@dataclass(frozen=True)
class Cell:
    """A form at a visit.

    Attributes:
        required: asked of everybody; False = only under the condition in `note`.
        track: the track it belongs to, "" = none.
        item_window: (anchor, earliest day, latest day) of its samples or scan, if not the visit's.
        logs: codes of the logs reviewed; `logs_filled` those of them that need at least one entry.
        expected_instances: how many instances the visit collects.
        since, until: protocol versions (`until` exclusive, "" = still); a line of some versions only is refused.
    """

    visit: str
    form: str
    required: bool = True
    track: str = ""
    note: str = ""
    item_window: tuple[str, int, int] | None = None
    logs: tuple[str, ...] = ()
    logs_filled: tuple[str, ...] = ()
    expected_instances: int = 1
    since: str = "1.0"
    until: str = ""


@dataclass(frozen=True)
class Criterion:
    """An inclusion or exclusion criterion; `reads` names the items that decide it ("lbh.anc")."""

    code: str
    kind: str
    text: str
    reads: tuple[str, ...]
    rule: str
    recheck_before_ld: bool = False
    recheck_before_infusion: bool = False


@dataclass(frozen=True)
class DoseLevel:
    """Planned CAR-positive viable T cells, in the protocol's dose unit."""

    code: str
    dose: Decimal


@dataclass(frozen=True)
class DateSource:
    """An item that tells a date: the earliest over the forms, where `when` = (item, codes) holds."""

    form: str
    item: str
    when: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class TrackEvent:
    """An answer that switches tracks off: its cause and the item that dates it ("" = from the start)."""

    cause: str
    form: str
    when: tuple[str, tuple[str, ...]] | None
    dated_by: str


@dataclass(frozen=True)
class SignatureRule:
    """Forms that need a signature: its meaning, the roles that may give it and the right they give it by.

    `second_person`: who saved the form last does not sign it.
    """

    meaning: str
    forms: tuple[str, ...]
    roles: tuple[str, ...]
    alone_when: tuple[str, tuple[str, ...]] | None = None
    right: str = "sign_forms"
    second_person: bool = False


@dataclass(frozen=True)
class WorklistGroup:
    """A group of the home page: its code, its title, the roles it is for.

    `rows` names the trial's function that fills it, by dotted path; "" = one of the platform's own groups.
    """

    code: str
    title: str
    roles: tuple[str, ...]
    rows: str = ""
    is_urgent: bool = False


@dataclass(frozen=True)
class StoppingRule:
    """A rule that pauses treatment once `limit` subjects have such an event.

    Attributes:
        code, title: names of the rule. event: what it counts, a name the trial's safety table knows.
        limit: reaching it stops. is_percent: the limit is a share, in percent, of the subjects at risk.
        minimum: subjects at risk before a share counts. by_cohort: counted for each dose level alone.
    """

    code: str
    title: str
    event: str
    limit: int
    is_percent: bool = False
    minimum: int = 0
    by_cohort: bool = False


@dataclass(frozen=True)
class SdvPlan:
    """Source verification: `critical` items ("form.item") always, all items of a site's first subjects."""

    critical: frozenset[str]
    full_subjects_per_site: int
    sampled_percent: int
    exempt_forms: tuple[str, ...]


@dataclass(frozen=True)
class FormGroup:
    """Forms that stand together in the matrix, in this order; codes of forms still to come are ignored."""

    title: str
    forms: tuple[str, ...]


@dataclass(frozen=True)
class VisitFold:
    """Far visits shown as one column until one of them begins or comes next."""

    code: str
    short: str
    visits: tuple[str, ...]


@dataclass(frozen=True)
class ShownItem:
    """An item shown in short on the subject's page: the first of `sources`, (form, item), that has a value.

    `peak` adds the highest value so far. An empty label leaves the value to speak for itself.
    """

    label: str
    sources: tuple[tuple[str, str], ...]
    peak: bool = False


@dataclass(frozen=True)
class Protocol:
    """A study. Sequences are in the order of the protocol document; visits in the order of time.

    `date_forms` are the forms that tell its dates; `phase` names the study's function of them that says where a
    subject stands, by dotted path, and `lanes` those of the trial that draw lanes of the journey, `after_save`
    those that are told of every change of a form, inside its transaction, `to_do` those that add (status, title,
    detail, address) to what is open for a subject, from its facts. `banner` and `latest` are the facts and values
    on the subject's page. `alerts` (top of that page), `form_panels` ((form, function) for its page) and
    `measured_term` (CTCAE term and grade of a measured row) are functions of the trial as well; `flagged_entry` is
    the log a graded value can be carried into. `forms` are those of the study (empty = all), `not_asked` items
    ("form.item") and `rules_off` checks ("form.rule") it does without, `always_asked` items whose condition it
    drops; `roles` are those that apply (empty = all). `registers` is False where subjects come from files alone, by
    the mapping that `imports` names; `steps` of the subject list are (code, title, form that a subject of the step
    has, "" = all);
    `laboratories` are (code, name) of those no site has.
    """

    code: str
    title: str
    versions: tuple[str, ...]
    visits: tuple[VisitPlan, ...]
    cells: tuple[Cell, ...]
    log_forms: tuple[str, ...]
    analytes: Mapping[str, Analyte]
    panels: Mapping[tuple[str, str], tuple[PanelRow, ...]]
    dose_levels: tuple[DoseLevel, ...]
    criteria: tuple[Criterion, ...]
    anchors: Mapping[str, tuple[DateSource, ...]]
    tracks_off: Mapping[str, tuple[str, ...]]
    track_events: tuple[TrackEvent, ...]
    signature_meanings: Mapping[str, str]
    signatures: tuple[SignatureRule, ...]
    worklist: tuple[WorklistGroup, ...]
    sdv: SdvPlan
    settings: Settings
    date_forms: tuple[str, ...] = ()
    phase: str = ""
    unscheduled: str = "uns"
    form_groups: tuple[FormGroup, ...] = ()
    visit_folds: tuple[VisitFold, ...] = ()
    banner: tuple[ShownItem, ...] = ()
    latest: tuple[ShownItem, ...] = ()
    lanes: tuple[str, ...] = ()
    after_save: tuple[str, ...] = ()
    to_do: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    form_panels: tuple[tuple[str, str], ...] = ()
    stopping_rules: tuple[StoppingRule, ...] = ()
    measured_term: str = ""
    flagged_entry: str = ""
    forms: frozenset[str] = frozenset()
    not_asked: frozenset[str] = frozenset()
    rules_off: frozenset[str] = frozenset()
    always_asked: frozenset[str] = frozenset()
    roles: tuple[str, ...] = ()
    registers: bool = True
    steps: tuple[tuple[str, str, str], ...] = ()
    laboratories: tuple[tuple[str, str], ...] = ()
    imports: str = ""

    def has_form(self, code: str, studies: tuple[str, ...] = ()) -> bool:
        """Whether a form belongs to this study; `studies` are those it was made for, () = any."""
        return self.code in studies if studies else not self.forms or code in self.forms

    def has_item(self, form: str, item: str, studies: tuple[str, ...] = ()) -> bool:
        """Whether an item of a form belongs to this study; `studies` are those it was made for, () = any."""
        return (not studies or self.code in studies) and f"{form}.{item}" not in self.not_asked

    def plan_code(self, visit_code: str) -> str:
        """The schedule's code of a visit: "uns" for "uns1", itself for a planned visit."""
        rest = visit_code.removeprefix(self.unscheduled)
        return self.unscheduled if rest != visit_code and rest.isdigit() else visit_code

    @cached_property
    def _visits(self) -> dict[str, VisitPlan]:
        return {visit.code: visit for visit in self.visits}

    @cached_property
    def _cells(self) -> dict[tuple[str, str], Cell]:
        return {(cell.visit, cell.form): cell for cell in self.cells}

    def visit(self, code: str) -> VisitPlan:
        """The plan of a visit. Raises KeyError with a sentence."""
        try:
            return self._visits[self.plan_code(code)]
        except KeyError:
            raise KeyError(f"There is no visit {code!r} in protocol {self.code}.") from None

    def visit_order(self, code: str) -> int:
        """Place of a visit in the schedule, 0 first; unscheduled and unknown visits come last."""
        return next((n for n, visit in enumerate(self.visits) if visit.code == code), len(self.visits))

    def cell(self, visit_code: str, form_code: str) -> Cell | None:
        """The schedule line of a form at a visit, None when the form is not planned there."""
        return self._cells.get((self.plan_code(visit_code), form_code))

    def forms_at(self, visit_code: str) -> tuple[Cell, ...]:
        """The schedule lines of a visit, in the order of entry (visit record first)."""
        plan = self.plan_code(visit_code)
        return tuple(cell for cell in self.cells if cell.visit == plan)

    def panel(self, form_code: str, visit_code: str = "") -> tuple[PanelRow, ...]:
        """Expected rows of a form at a visit; its general panel where the visit has none of its own."""
        own = self.panels.get((form_code, self.plan_code(visit_code)))
        return own if own is not None else self.panels.get((form_code, ""), ())

    def all_rows(self, form_code: str) -> tuple[PanelRow, ...]:
        """Every row any visit expects of a form, each key once."""
        found: dict[str, PanelRow] = {}
        for (form, _visit), rows in self.panels.items():
            if form == form_code:
                for row in rows:
                    found.setdefault(row.key, row)
        return tuple(found.values())

    def signature_rule(self, form_code: str) -> SignatureRule | None:
        """The signature a form needs, None when it needs none."""
        return next((rule for rule in self.signatures if form_code in rule.forms), None)

    def dose_level(self, code: str) -> DoseLevel:
        """A dose level by code. Raises KeyError."""
        return {level.code: level for level in self.dose_levels}[code]


def in_version(version: str, since: str, until: str) -> bool:
    """Whether `version` lies in [since, until); "" as `until` = still."""
    key = _version_key(version)
    return _version_key(since) <= key and (not until or key < _version_key(until))


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
