"""Calculator `dose-escalation`: the decision at the current dose, 3+3 or BOIN."""

from dataclasses import asdict

from adverse_events.dose_escalation import Decision, boin, three_plus_three
from trial_edc.calculators import CaseError, Reader

NAME = "dose-escalation"
SOURCE = "3+3: Storer, Biometrics 1989;45:925-937. BOIN: Liu & Yuan, J R Stat Soc C 2015;64:507-523"
VERSION = "1.0"


def calculate(data: dict[str, object]) -> dict[str, object]:
    """Counts at one dose to a decision. Raises CaseError."""
    reader = Reader(data)
    design = reader.token("design", ("3+3", "boin"))
    try:
        decision = _three_plus_three(reader) if design == "3+3" else _boin(reader)
    except CaseError:
        raise
    except ValueError as problem:
        raise CaseError(f"{problem}.") from problem
    result: dict[str, object] = {"decision": decision.decision, "why": list(decision.why)}
    if design == "boin":
        result |= {
            "lambda_e": decision.lambda_e,
            "lambda_d": decision.lambda_d,
            "boundaries": [asdict(boundary) for boundary in decision.boundaries],
        }
    return result


def _belongs_to_other(reader: Reader, other: str, *keys: str) -> None:
    """Refuse keys of the other design; null is the same as missing."""
    for key in keys:
        if reader.raw(key) is not None:
            raise CaseError(f"{key} belongs to design {other}; leave it out.")


def _three_plus_three(reader: Reader) -> Decision:
    _belongs_to_other(reader, "boin", "target", "p_saf", "p_tox")
    n = reader.integer("n", minimum=0, maximum=6)
    dlts = reader.integer("dlts", minimum=0, maximum=n)
    exceeded = reader.flag("dose_above_exceeded", False)
    reader.close()
    return three_plus_three(n=n, dlts=dlts, dose_above_exceeded=exceeded)


def _boin(reader: Reader) -> Decision:
    _belongs_to_other(reader, "3+3", "dose_above_exceeded")
    n = reader.integer("n", minimum=0)
    dlts = reader.integer("dlts", minimum=0, maximum=n)
    target = reader.number("target")
    p_saf, p_tox = reader.number("p_saf", None), reader.number("p_tox", None)
    reader.close()
    return boin(target=target, n=n, dlts=dlts, p_saf=p_saf, p_tox=p_tox)
