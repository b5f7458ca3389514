"""Dose escalation: the 3+3 rules, the BOIN design and who counts for a dose-limiting toxicity (DLT).

Each function proposes; the cohort committee decides.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from scipy import special

CUTOFF_ELIMINATE: Final = 0.95
MIN_N_ELIMINATE: Final = 3
TABLE_LENGTH: Final = 18
MAX_N: Final = 10_000  # a table of this length is still immediate; no dose level comes near


@dataclass(frozen=True, slots=True)
class Boundary:
    """Counts of DLTs among `n` subjects at one dose that lead to each decision; None where no count does."""

    n: int
    escalate_if_dlt_le: int | None
    deescalate_if_dlt_ge: int | None
    eliminate_if_dlt_ge: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """`escalate`, `stay`, `expand`, `de-escalate`, `eliminate` or `mtd`. Bounds only for BOIN."""

    decision: str
    why: tuple[str, ...]
    lambda_e: float | None = None
    lambda_d: float | None = None
    boundaries: tuple[Boundary, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluability:
    """Whether a subject counts in the DLT denominator, and why or why not."""

    evaluable: bool
    reason: str


def three_plus_three(*, n: int, dlts: int, dose_above_exceeded: bool = False) -> Decision:
    """Decision of the 3+3 design at the current dose.

    Args:
        n: DLT-evaluable subjects at this dose, 0-6.
        dlts: those with a DLT, 0-n.
        dose_above_exceeded: the next higher dose had two DLTs or more.
    Raises:
        ValueError: counts out of range.
    Source:
        Storer BE, Biometrics 1989;45:925-937 (design A with expansion); MTD is the highest dose with at most
        1 DLT in 6.
    """
    _check_counts(n, dlts)
    if n > 6:
        raise ValueError(f"n must be 6 or less in a 3+3 design, got {n}")
    seen = f"{dlts} of {n} evaluable subjects had a DLT"
    if dlts >= 2:
        return Decision("de-escalate", (f"{seen}: two or more exceed the dose.",))
    if n == 3 and dlts == 1:
        return Decision("expand", (f"{seen}: three more are treated at this dose.",))
    if n == 3 and dose_above_exceeded:
        return Decision("expand", (f"{seen}, the dose above was exceeded: three more are treated here.",))
    if n == 6 and dose_above_exceeded:
        return Decision("mtd", (f"{seen}, the dose above was exceeded: this is the maximum tolerated dose.",))
    if n in (3, 6):
        return Decision("escalate", (f"{seen}: the next higher dose is opened.",))
    return Decision("stay", (f"{seen}: the cohort of {3 if n < 3 else 6} is not complete.",))


def boin(*, target: Decimal, n: int, dlts: int, p_saf: Decimal | None = None, p_tox: Decimal | None = None) -> Decision:
    """Decision of the Bayesian optimal interval design, with its bounds and the table of counts.

    Args:
        target: DLT rate aimed at, between 0 and 1.
        n: DLT-evaluable subjects at this dose.
        dlts: those with a DLT, 0-n.
        p_saf: highest rate held to be too low, 0.6 x target unless given.
        p_tox: lowest rate held to be too high, 1.4 x target unless given.
    Raises:
        ValueError: counts out of range, or not 0 < p_saf < target < p_tox < 1.
    Source:
        Liu S, Yuan Y, J R Stat Soc C 2015;64:507-523. Elimination: P(rate > target) > 0.95 with a Beta(1, 1)
        prior and at least three subjects. The bounds are compared unrounded.
    """
    _check_counts(n, dlts)
    low = target * Decimal("0.6") if p_saf is None else p_saf
    high = target * Decimal("1.4") if p_tox is None else p_tox
    if not 0 < low < target < high < 1:
        raise ValueError(f"need 0 < p_saf < target < p_tox < 1, got p_saf {low}, target {target}, p_tox {high}")
    lambda_e, lambda_d = _boin_bounds(float(target), float(low), float(high))
    decision, why = _boin_decision(n, dlts, float(target), lambda_e, lambda_d)
    table = _boundaries(max(n, TABLE_LENGTH), float(target), lambda_e, lambda_d)
    return Decision(decision, why, lambda_e, lambda_d, table)


def dlt_evaluable(
    *,
    infused: bool,
    dose_fraction: Decimal,
    minimum_dose_fraction: Decimal,
    days_followed: int,
    had_dlt: bool,
    window_days: int = 28,
) -> Evaluability:
    """Whether a subject counts: infused with at least the minimum dose and followed, or with a DLT.

    Args:
        dose_fraction: infused dose as a fraction of the assigned one; minimum_dose_fraction likewise.
        days_followed: complete days after infusion without a DLT.
    Source:
        Usual definition in CAR-T dose finding; a subject who leaves early without a DLT is replaced.
    """
    if not infused:
        return Evaluability(False, "Not infused.")
    if had_dlt:
        return Evaluability(True, "Had a dose-limiting toxicity.")
    if dose_fraction < minimum_dose_fraction:
        return Evaluability(False, f"Received {dose_fraction} of the dose, less than {minimum_dose_fraction}.")
    if days_followed < window_days:
        return Evaluability(False, f"Followed {days_followed} of {window_days} days without a DLT.")
    return Evaluability(True, f"Received the dose and was followed for {window_days} days.")


def _check_counts(n: int, dlts: int) -> None:
    if not 0 <= n <= MAX_N:
        raise ValueError(f"n must be 0 to {MAX_N}, got {n}")
    if not 0 <= dlts <= n:
        raise ValueError(f"dlts must be 0 to n ({n}), got {dlts}")


def _boin_bounds(target: float, p_saf: float, p_tox: float) -> tuple[float, float]:
    lambda_e = math.log((1 - p_saf) / (1 - target)) / math.log(target * (1 - p_saf) / (p_saf * (1 - target)))
    lambda_d = math.log((1 - target) / (1 - p_tox)) / math.log(p_tox * (1 - target) / (target * (1 - p_tox)))
    return lambda_e, lambda_d


def _chance_too_toxic(n: int, dlts: int, target: float) -> float:
    return float(special.betaincc(1 + dlts, 1 + n - dlts, target))


def _boin_decision(n: int, dlts: int, target: float, lambda_e: float, lambda_d: float) -> tuple[str, tuple[str, ...]]:
    if n == 0:
        return "stay", ("Nobody is evaluable at this dose yet.",)
    seen = f"{dlts} of {n} evaluable subjects had a DLT ({dlts / n:.4f})"
    chance = _chance_too_toxic(n, dlts, target)
    if n >= MIN_N_ELIMINATE and chance > CUTOFF_ELIMINATE:
        text = f"{seen}: the rate exceeds {target:g} with probability {chance:.4f}, above {CUTOFF_ELIMINATE}."
        return "eliminate", (text, "This dose and higher ones are closed.")
    if dlts / n <= lambda_e:
        return "escalate", (f"{seen}: at or below the bound {lambda_e:.4f}.",)
    if dlts / n >= lambda_d:
        return "de-escalate", (f"{seen}: at or above the bound {lambda_d:.4f}.",)
    return "stay", (f"{seen}: between the bounds {lambda_e:.4f} and {lambda_d:.4f}.",)


def _boundaries(length: int, target: float, lambda_e: float, lambda_d: float) -> tuple[Boundary, ...]:
    """One row per n from 1. Each count only grows with n, so it is carried on from the row before."""
    rows: list[Boundary] = []
    escalate = deescalate = eliminate = 0
    for n in range(1, length + 1):
        while (escalate + 1) / n <= lambda_e:
            escalate += 1
        while deescalate <= n and deescalate / n < lambda_d:
            deescalate += 1
        while eliminate <= n and _chance_too_toxic(n, eliminate, target) <= CUTOFF_ELIMINATE:
            eliminate += 1
        closes = n >= MIN_N_ELIMINATE and eliminate <= n
        rows.append(Boundary(n, escalate, deescalate if deescalate <= n else None, eliminate if closes else None))
    return tuple(rows)
