"""The reports there are. Those the trial makes itself are lists of sections named in its protocol package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from trial_edc.accounts.roles import Permission

from .models import ReportRun
from .progress import Progress

Choices = tuple[tuple[str, Any, tuple[tuple[str, Any], ...]], ...]


@dataclass(frozen=True)
class Made:
    """A report ready to be rendered: whole HTML, and the moment its data were read (aware)."""

    html: str
    data_at: datetime


@dataclass(frozen=True)
class MadeFile:
    """A report that writes its own file.

    Attributes:
        write: writes all of it to the path it is given; may tell its progress and raise CannotReport.
        ending: of the file's name, ".zip". content_type: its media type, "application/zip".
        data_at: the moment its data were read (aware). n_pages: None for what has no pages.
    """

    write: Callable[[Path], None]
    ending: str
    content_type: str
    data_at: datetime
    n_pages: int | None = None


@dataclass(frozen=True)
class MadeDocument:
    """Results kept as a row, see `documents.plain` for what they may hold; downloaded as canonical JSON."""

    document: Mapping[str, Any]
    data_at: datetime


Result = Made | MadeFile | MadeDocument


@dataclass(frozen=True)
class Kind:
    """A report people can ask for.

    Attributes:
        code: what addresses and rows call it. title, text: for its card.
        scope: what the request names: "subject", "site" (one), "sites" (one or all one may see), "all" (nothing, it
            is about the subjects of every site) or "study" (nothing, it holds no subject).
        build: dotted path of `build(run, progress) -> Made | MadeFile | MadeDocument`.
        purpose: the group its card stands in, one of PURPOSES.
        choices: ((name, label, ((value, label), ...)), ...) further choices, the first value is the default.
        choices_from: dotted path of a function that gives further choices, where they are rows of a table.
        right: what a person needs, at every site in it, to ask for it and to take it away.
        on_card: whether the report centre offers it; others are asked for from a page of their own.
    """

    code: str
    title: Promise
    text: Promise
    scope: str
    build: str
    choices: Choices = ()
    choices_from: str = ""
    purpose: str = "study"
    right: Permission = Permission.DOWNLOAD_REPORTS
    on_card: bool = True

    def all_choices(self) -> Choices:
        """The choices as they are now."""
        return (*self.choices, *import_string(self.choices_from)()) if self.choices_from else self.choices

    def make(self, run: ReportRun, progress: Progress) -> Result:
        build: Callable[[ReportRun, Progress], Result] = import_string(self.build)
        return build(run, progress)


SECTIONED = "trial_edc.reports.contents.sectioned.build"
SUMMARY = "trial_edc.exports.summary.build"
OF_EVENT = "trial_edc.reports.contents.part.serious"
OF_SECTIONS = (SECTIONED, SUMMARY, OF_EVENT)
PURPOSES = (
    ("subject", _("One subject")),
    ("listing", _("Listings")),
    ("study", _("The study")),
    ("data", _("Data and copies")),
)
_EVENT_NUMBERS = (("all", _("All serious events")), *((str(n), f"AE-{n:03d}") for n in range(1, 41)))
_TRAIL = ("trail", _("Audit trail and queries"), (("with", _("With")), ("without", _("Without"))))
_EVENTS = (
    "events",
    _("Events"),
    (("all", _("All")), ("serious", _("Serious only")), ("grade3", _("Grade 3 and higher"))),
)
_KINDS = (
    Kind(
        "casebook",
        _("Subject casebook"),
        _("Every form of one subject with its signatures, corrections, trail, queries and codes."),
        "subject",
        "trial_edc.reports.contents.casebook.build",
        (_TRAIL,),
        purpose="subject",
    ),
    Kind(
        "visit-casebook",
        _("Visit casebook"),
        _("The forms of one visit of a subject, with signatures, corrections, trail and queries."),
        "subject",
        "trial_edc.reports.contents.part.visit",
        choices_from="trial_edc.reports.contents.part.visits",
        purpose="subject",
    ),
    Kind(
        "sae-form",
        _("Serious event forms"),
        _("The log entry of a serious event with its reports and the sponsor's assessment."),
        "subject",
        OF_EVENT,
        (("event", _("Event"), _EVENT_NUMBERS),),
        purpose="subject",
    ),
    Kind(
        "ae-listing",
        _("Adverse event listing"),
        _("One line for each adverse event, with grade, causality, seriousness and signature."),
        "sites",
        SECTIONED,
        (_EVENTS,),
        purpose="listing",
    ),
    Kind(
        "query-listing",
        _("Query listing"),
        _("Queries with their threads, by subject."),
        "sites",
        "trial_edc.reports.contents.listings.queries",
        (("state", _("Queries"), (("open", _("Open and answered")), ("all", _("All")))),),
        purpose="listing",
    ),
    Kind(
        "enrolment",
        _("Enrolment"),
        _("Subjects by site with the days they have come to: consent, leukapheresis, infusion."),
        "sites",
        "trial_edc.reports.contents.listings.enrolment",
        purpose="listing",
    ),
    Kind(
        "sdv-listing",
        _("Source verification"),
        _("Values the verification plan wants compared with their source, form by form."),
        "sites",
        "trial_edc.reports.contents.listings.verification",
        (("which", _("Forms"), (("open", _("With values to verify")), ("all", _("All")))),),
        purpose="listing",
    ),
    Kind(
        "trial-summary",
        _("Trial summary"),
        _("Disposition, baseline, exposure, safety, deaths, deviations, efficacy, kinetics and follow-up of a cut."),
        "all",
        SUMMARY,
        choices_from="trial_edc.exports.summary.choices",
        right=Permission.VIEW_ENDPOINTS,
    ),
    Kind(
        "blank-crf",
        _("Blank CRF book"),
        _("Every form as it is asked, with its items, codes and conditions. Holds no data."),
        "study",
        "trial_edc.reports.contents.blank.build",
    ),
    Kind(
        "data-csv",
        _("Data as CSV"),
        _("Every form as a table with codes and labels, the data dictionary and the codes, in one zip."),
        "sites",
        "trial_edc.exports.archive_data.build",
        purpose="data",
        right=Permission.EXPORT_DATA,
    ),
    Kind(
        "site-copy",
        _("Investigator's certified copy"),
        _("All there is of the subjects of your site: casebooks, data, trail, queries and signatures, with a check."),
        "site",
        "trial_edc.exports.archive_copy.build",
        purpose="data",
        right=Permission.CERTIFY_SITE_COPY,
    ),
    Kind(
        "endpoints",
        _("Endpoints"),
        _("Safety, response, survival and kinetics of a data cut. Asked for on the endpoints page."),
        "study",
        "trial_edc.exports.compute.build",
        right=Permission.VIEW_ENDPOINTS,
        on_card=False,
    ),
)


@cache
def sections_of(kind: str) -> tuple[Callable[..., Any], ...]:
    """The trial's section functions of a report, in order; () when the trial has none."""
    named = import_module(f"trial_edc.protocol.{settings.EDC_PROTOCOL}.reports").REPORT_SECTIONS
    return tuple(import_string(path) for path in named.get(kind, ()))


def kinds() -> tuple[Kind, ...]:
    """The reports of this study; one made of sections is there when the protocol names some."""
    return tuple(kind for kind in _KINDS if kind.build not in OF_SECTIONS or sections_of(kind.code))


def kind_of(code: str) -> Kind | None:
    """The report of this code, None when the study has none."""
    return next((kind for kind in kinds() if kind.code == code), None)
