"""RECIST 1.1 for one subject: what may be a target, each scan, the whole history, the best response; iRECIST.

Pure: dataclasses in and out, exact decimals, no clock. Start with `read_history`.
"""

from assessments.recist.best import (
    BestResponse,
    best_response,
    confirmed_pair,
    first_response,
    is_disease_control,
    is_responder,
    used_responses,
)
from assessments.recist.history import History, HistoryError, TimePoint, read_history
from assessments.recist.immune import ImmuneHistory, ImmuneResponse, ImmuneTimePoint, read_immune_history
from assessments.recist.measurability import (
    Axis,
    BaselineCheck,
    Candidate,
    LesionType,
    Method,
    Role,
    check_targets,
    role,
    timing_violations,
)
from assessments.recist.model import (
    Baseline,
    Criteria,
    DatedResponse,
    Finding,
    MergedInto,
    NewLesion,
    NonTargetLesion,
    NonTargetStatus,
    Response,
    ResponseRules,
    Scan,
    TargetLesion,
    TargetValue,
)
from assessments.recist.timepoint import overall_response, percent_change

__all__ = [
    "Axis",
    "Baseline",
    "BaselineCheck",
    "BestResponse",
    "Candidate",
    "Criteria",
    "DatedResponse",
    "Finding",
    "History",
    "HistoryError",
    "ImmuneHistory",
    "ImmuneResponse",
    "ImmuneTimePoint",
    "LesionType",
    "MergedInto",
    "Method",
    "NewLesion",
    "NonTargetLesion",
    "NonTargetStatus",
    "Response",
    "ResponseRules",
    "Role",
    "Scan",
    "TargetLesion",
    "TargetValue",
    "TimePoint",
    "best_response",
    "check_targets",
    "confirmed_pair",
    "first_response",
    "is_disease_control",
    "is_responder",
    "overall_response",
    "percent_change",
    "read_history",
    "read_immune_history",
    "role",
    "timing_violations",
    "used_responses",
]
