"""Who may do what: roles, rights and the rules that keep them apart. Data only, no database.

Source: the role and permission matrix of the study's requirements (section 4); one right per row of it, more
where a row holds several actions. "Own site" and "all sites" are not written here: they follow from the sites
of a person's assignments (`access.py`).
"""

from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from trial_edc.protocol import load


class Role(StrEnum):
    CRC = "CRC"
    SI = "SI"
    PI = "PI"
    CRA = "CRA"
    DM = "DM"
    MM = "MM"
    ST = "ST"
    LAB = "LAB"
    AUD = "AUD"
    ADM = "ADM"
    MFR = "MFR"
    BED = "BED"

    @property
    def label(self) -> str:
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.CRC: _("Clinical research coordinator"),
    Role.SI: _("Sub-investigator"),
    Role.PI: _("Principal investigator"),
    Role.CRA: _("Monitor"),
    Role.DM: _("Data manager"),
    Role.MM: _("Medical monitor"),
    Role.ST: _("Statistician"),
    Role.LAB: _("Laboratory"),
    Role.AUD: _("Auditor"),
    Role.ADM: _("Administrator"),
    Role.MFR: _("Manufacturing"),
    Role.BED: _("Bedside verifier"),
}


def roles_of_study() -> list[Role]:
    """The roles that apply in this study, in their order."""
    named = load(settings.EDC_PROTOCOL).roles
    return [role for role in Role if not named or role in named]


class Task(StrEnum):
    """A task a principal investigator delegates to a person of the site, by date."""

    ENTER_DATA = "enter_data"
    ASSESS_SAFETY = "assess_safety"
    SIGN = "sign"
    VERIFY_PRODUCT = "verify_product"

    @property
    def label(self) -> str:
        return TASK_LABELS[self]


TASK_LABELS = {
    Task.ENTER_DATA: _("Enter and correct data"),
    Task.ASSESS_SAFETY: _("Judge causality of adverse events"),
    Task.SIGN: _("Sign adverse events and visit forms"),
    Task.VERIFY_PRODUCT: _("Verify the product at the bedside"),
}


class Permission(StrEnum):
    VIEW_SUBJECTS = "view_subjects"
    READ_LIVE_DATA = "read_live_data"
    VIEW_PRODUCT = "view_product"
    REGISTER_SUBJECTS = "register_subjects"
    TRANSFER_SUBJECTS = "transfer_subjects"
    ENTER_FORMS = "enter_forms"
    CORRECT_FORMS = "correct_forms"
    DRAFT_AES = "draft_aes"
    ENTER_MANUFACTURE = "enter_manufacture"
    CONFIRM_BEDSIDE = "confirm_bedside"
    PROPOSE_CORRECTIONS = "propose_corrections"
    UPLOAD_RESULTS = "upload_results"
    VIEW_OWN_FILES = "view_own_files"
    SET_CAUSALITY = "set_causality"
    SIGN_FORMS = "sign_forms"
    SIGN_CASEBOOK = "sign_casebook"
    ASSESS_FOR_SPONSOR = "assess_for_sponsor"
    VIEW_QUERIES = "view_queries"
    RAISE_QUERIES = "raise_queries"
    ANSWER_QUERIES = "answer_queries"
    CLOSE_OWN_QUERIES = "close_own_queries"
    CLOSE_QUERIES = "close_queries"
    VERIFY_SOURCE = "verify_source"
    FREEZE_FORMS = "freeze_forms"
    LOCK_FORMS = "lock_forms"
    ASK_STUDY_LOCK = "ask_study_lock"
    CONFIRM_STUDY_LOCK = "confirm_study_lock"
    ASK_UNLOCK = "ask_unlock"
    CONFIRM_UNLOCK = "confirm_unlock"
    CODE_TERMS = "code_terms"
    APPROVE_CODING = "approve_coding"
    VIEW_SAFETY = "view_safety"
    VIEW_DATA_CONSOLE = "view_data_console"
    VIEW_ENDPOINTS = "view_endpoints"
    CREATE_CUTS = "create_cuts"
    EXPORT_DATA = "export_data"
    EXPORT_SAFETY = "export_safety"
    EXPORT_CUT = "export_cut"
    DOWNLOAD_REPORTS = "download_reports"
    CERTIFY_SITE_COPY = "certify_site_copy"
    VIEW_AUDIT_TRAIL = "view_audit_trail"
    REVIEW_AUDIT_TRAIL = "review_audit_trail"
    VIEW_SECURITY_LOG = "view_security_log"
    APPROVE_SITE_ACCESS = "approve_site_access"
    APPROVE_SPONSOR_ACCESS = "approve_sponsor_access"
    MANAGE_USERS = "manage_users"
    VIEW_DELEGATION = "view_delegation"
    DRAFT_DELEGATION = "draft_delegation"
    SIGN_DELEGATION = "sign_delegation"
    VIEW_STUDY_BUILD = "view_study_build"
    EDIT_STUDY_BUILD = "edit_study_build"
    APPROVE_STUDY_BUILD = "approve_study_build"
    DEPLOY_STUDY_BUILD = "deploy_study_build"
    CONFIGURE_SERVER = "configure_server"

    @property
    def label(self) -> str:
        return PERMISSION_LABELS[self]


PERMISSION_LABELS = {
    Permission.VIEW_SUBJECTS: _("View coded subject data"),
    Permission.READ_LIVE_DATA: _("Read data outside a data cut"),
    Permission.VIEW_PRODUCT: _("View the product's chain of identity"),
    Permission.REGISTER_SUBJECTS: _("Register subjects"),
    Permission.TRANSFER_SUBJECTS: _("Move a subject to another site"),
    Permission.ENTER_FORMS: _("Enter case report forms"),
    Permission.CORRECT_FORMS: _("Correct saved values with a reason"),
    Permission.DRAFT_AES: _("Draft adverse events"),
    Permission.ENTER_MANUFACTURE: _("Enter manufacture, release and custody"),
    Permission.CONFIRM_BEDSIDE: _("Confirm the product at the bedside"),
    Permission.PROPOSE_CORRECTIONS: _("Propose corrections to the site"),
    Permission.UPLOAD_RESULTS: _("Upload result files"),
    Permission.VIEW_OWN_FILES: _("View own result files"),
    Permission.SET_CAUSALITY: _("Judge causality as investigator"),
    Permission.SIGN_FORMS: _("Sign adverse events and visit forms"),
    Permission.SIGN_CASEBOOK: _("Sign casebooks and site milestones"),
    Permission.ASSESS_FOR_SPONSOR: _("Judge causality and expectedness for the sponsor"),
    Permission.VIEW_QUERIES: _("View queries"),
    Permission.RAISE_QUERIES: _("Raise queries"),
    Permission.ANSWER_QUERIES: _("Answer queries"),
    Permission.CLOSE_OWN_QUERIES: _("Close own queries"),
    Permission.CLOSE_QUERIES: _("Close any query"),
    Permission.VERIFY_SOURCE: _("Verify against source"),
    Permission.FREEZE_FORMS: _("Freeze forms"),
    Permission.LOCK_FORMS: _("Lock forms, visits and subjects"),
    Permission.ASK_STUDY_LOCK: _("Ask to lock a site or the study"),
    Permission.CONFIRM_STUDY_LOCK: _("Confirm the lock of a site or the study"),
    Permission.ASK_UNLOCK: _("Ask to unlock"),
    Permission.CONFIRM_UNLOCK: _("Confirm an unlock"),
    Permission.CODE_TERMS: _("Code terms"),
    Permission.APPROVE_CODING: _("Approve coding"),
    Permission.VIEW_SAFETY: _("View the safety board"),
    Permission.VIEW_DATA_CONSOLE: _("View the data console"),
    Permission.VIEW_ENDPOINTS: _("View endpoints across sites"),
    Permission.CREATE_CUTS: _("Create data cuts"),
    Permission.EXPORT_DATA: _("Export line data"),
    Permission.EXPORT_SAFETY: _("Export safety data"),
    Permission.EXPORT_CUT: _("Export a data cut"),
    Permission.DOWNLOAD_REPORTS: _("Download reports and casebooks"),
    Permission.CERTIFY_SITE_COPY: _("Make a certified site copy"),
    Permission.VIEW_AUDIT_TRAIL: _("View the audit trail"),
    Permission.REVIEW_AUDIT_TRAIL: _("Record an audit trail review"),
    Permission.VIEW_SECURITY_LOG: _("View the access log"),
    Permission.APPROVE_SITE_ACCESS: _("Approve access of site staff"),
    Permission.APPROVE_SPONSOR_ACCESS: _("Approve access of sponsor staff"),
    Permission.MANAGE_USERS: _("Manage users and roles"),
    Permission.VIEW_DELEGATION: _("View the delegation log"),
    Permission.DRAFT_DELEGATION: _("Draft delegations"),
    Permission.SIGN_DELEGATION: _("Sign delegations"),
    Permission.VIEW_STUDY_BUILD: _("View the study build"),
    Permission.EDIT_STUDY_BUILD: _("Edit the study build"),
    Permission.APPROVE_STUDY_BUILD: _("Approve the study build"),
    Permission.DEPLOY_STUDY_BUILD: _("Deploy the study build"),
    Permission.CONFIGURE_SERVER: _("Configure the server"),
}

_P = Permission
_READS = {
    _P.VIEW_SUBJECTS,
    _P.READ_LIVE_DATA,
    _P.VIEW_PRODUCT,
    _P.VIEW_QUERIES,
    _P.VIEW_AUDIT_TRAIL,
    _P.VIEW_SAFETY,
}
_ENTERS = _READS | {
    *(_P.REGISTER_SUBJECTS, _P.ENTER_FORMS, _P.CORRECT_FORMS, _P.DRAFT_AES, _P.CONFIRM_BEDSIDE),
    *(_P.ANSWER_QUERIES, _P.EXPORT_DATA, _P.DOWNLOAD_REPORTS, _P.VIEW_DELEGATION),
}
_INVESTIGATES = _ENTERS | {_P.SET_CAUSALITY, _P.SIGN_FORMS}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    role: frozenset(rights)
    for role, rights in {
        Role.CRC: _ENTERS | {_P.DRAFT_DELEGATION},
        Role.SI: _INVESTIGATES,
        Role.PI: _INVESTIGATES
        | {
            *(_P.SIGN_CASEBOOK, _P.CERTIFY_SITE_COPY, _P.VIEW_SECURITY_LOG),
            *(_P.APPROVE_SITE_ACCESS, _P.DRAFT_DELEGATION, _P.SIGN_DELEGATION),
        },
        Role.CRA: _READS
        | {
            *(_P.RAISE_QUERIES, _P.CLOSE_OWN_QUERIES, _P.VERIFY_SOURCE, _P.FREEZE_FORMS),
            *(_P.DOWNLOAD_REPORTS, _P.REVIEW_AUDIT_TRAIL, _P.VIEW_DELEGATION),
        },
        Role.DM: _READS
        | {
            *(
                _P.PROPOSE_CORRECTIONS,
                _P.RAISE_QUERIES,
                _P.CLOSE_OWN_QUERIES,
                _P.CLOSE_QUERIES,
                _P.FREEZE_FORMS,
                _P.TRANSFER_SUBJECTS,
            ),
            *(_P.LOCK_FORMS, _P.ASK_STUDY_LOCK, _P.ASK_UNLOCK, _P.CODE_TERMS, _P.VIEW_DATA_CONSOLE),
            *(_P.VIEW_ENDPOINTS, _P.CREATE_CUTS, _P.EXPORT_DATA, _P.DOWNLOAD_REPORTS, _P.REVIEW_AUDIT_TRAIL),
            *(_P.VIEW_SECURITY_LOG, _P.APPROVE_SPONSOR_ACCESS, _P.VIEW_STUDY_BUILD, _P.EDIT_STUDY_BUILD),
        },
        Role.MM: _READS
        | {
            *(_P.ASSESS_FOR_SPONSOR, _P.RAISE_QUERIES, _P.CLOSE_OWN_QUERIES, _P.CONFIRM_STUDY_LOCK),
            *(_P.CONFIRM_UNLOCK, _P.APPROVE_CODING, _P.VIEW_ENDPOINTS, _P.EXPORT_SAFETY, _P.DOWNLOAD_REPORTS),
            *(_P.REVIEW_AUDIT_TRAIL, _P.VIEW_STUDY_BUILD, _P.APPROVE_STUDY_BUILD),
        },
        # Reads subjects as they stood at a cut: the matrix gives the statistician snapshots, no live data.
        Role.ST: (_READS - {_P.READ_LIVE_DATA, _P.VIEW_PRODUCT})
        | {_P.VIEW_ENDPOINTS, _P.CREATE_CUTS, _P.EXPORT_CUT, _P.VIEW_STUDY_BUILD, _P.APPROVE_STUDY_BUILD},
        Role.LAB: {_P.UPLOAD_RESULTS, _P.VIEW_OWN_FILES},
        Role.AUD: _READS
        | {
            *(_P.EXPORT_DATA, _P.DOWNLOAD_REPORTS, _P.VIEW_SECURITY_LOG, _P.VIEW_DELEGATION),
            *(_P.VIEW_STUDY_BUILD, _P.VIEW_ENDPOINTS, _P.VIEW_DATA_CONSOLE),
        },
        Role.ADM: {_P.MANAGE_USERS, _P.VIEW_SECURITY_LOG, _P.DEPLOY_STUDY_BUILD, _P.CONFIGURE_SERVER},
        Role.MFR: {_P.VIEW_PRODUCT, _P.ENTER_MANUFACTURE},
        Role.BED: {_P.CONFIRM_BEDSIDE},
    }.items()
}

SITE_ROLES = frozenset({Role.CRC, Role.SI, Role.PI, Role.BED})
"""Roles held at a named site only; the others may be held at all sites."""

DATA_ROLES = frozenset(Role) - {Role.ADM}
"""Roles with an interest in the data; the administrator has none and sees no subject page."""

IDENTITY_CHECKED_ROLES = frozenset({Role.PI, Role.SI, Role.MM, Role.BED})
"""Roles that sign or confirm: the person's identity is checked before the role is given."""

TASK_NEEDED: dict[tuple[Role, Permission], Task] = {
    **{
        (role, right): Task.ENTER_DATA
        for role in (Role.CRC, Role.SI)
        for right in (_P.REGISTER_SUBJECTS, _P.ENTER_FORMS, _P.CORRECT_FORMS, _P.DRAFT_AES)
    },
    (Role.SI, _P.SET_CAUSALITY): Task.ASSESS_SAFETY,
    (Role.SI, _P.SIGN_FORMS): Task.SIGN,
    **{(role, _P.CONFIRM_BEDSIDE): Task.VERIFY_PRODUCT for role in (Role.CRC, Role.SI, Role.BED)},
}
"""Rights that count only while the task is delegated. The principal investigator delegates and needs no
task.
"""

RANK = (
    Role.PI,
    Role.SI,
    Role.CRC,
    Role.DM,
    Role.MM,
    Role.CRA,
    Role.ST,
    Role.AUD,
    Role.LAB,
    Role.MFR,
    Role.BED,
    Role.ADM,
)
"""Which role the audit trail records when a person holds several at one site: the first of these."""


def approving_permission(role: Role) -> Permission:
    """The right needed to approve that somebody gets `role`: investigators for site staff, else data
    management.
    """
    return Permission.APPROVE_SITE_ACCESS if role in SITE_ROLES else Permission.APPROVE_SPONSOR_ACCESS


def segregation_problem(held: list[tuple[Role, int | None]]) -> str:
    """Why these roles may not be held by one person, or "" when they may.

    Args:
        held: (role, site id) pairs that overlap in time, in any order; None stands for all sites.
    Returns:
        A sentence for the person who assigns, empty when nothing clashes.
    """
    roles = {role for role, _site in held}
    if Role.ADM in roles and roles & DATA_ROLES:
        return _("The administrator may hold no other role. End one of the two first.")
    for first, second in ((Role.CRC, Role.CRA), (Role.DM, Role.CRA)):
        if _share_a_site(held, first, second):
            return _("%(first)s and %(second)s at one site must be two persons.") % {
                "first": first.label,
                "second": second.label,
            }
    return ""


def _share_a_site(held: list[tuple[Role, int | None]], first: Role, second: Role) -> bool:
    sites = [site for role, site in held if role == first]
    others = [site for role, site in held if role == second]
    return any(site == other or None in (site, other) for site in sites for other in others)
