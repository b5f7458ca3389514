"""Calculator `proportion`: a rate with its exact binomial limits."""

from assessments.calculators._statistics import conf_level
from assessments.survival import proportion
from trial_edc.calculators import CaseError, Reader

NAME = "proportion"
SOURCE = "Clopper & Pearson, Biometrika 1934;26:404-413; equal to R's binom.test"
VERSION = "1.0"


def calculate(data: dict[str, object]) -> dict[str, object]:
    """`x` of `n` to estimate and limits. Raises CaseError."""
    reader = Reader(data)
    n = reader.integer("n", minimum=0)
    x = reader.integer("x", minimum=0)
    level = conf_level(reader)
    reader.close()
    if x > n:
        raise CaseError(f"x must be n ({n}) or less, got {x}.")
    found = proportion(x, n, level)
    result: dict[str, object] = {"estimate": found.estimate, "lower": found.lower, "upper": found.upper}
    if n == 0:
        result["reason"] = "n is 0: a rate of nobody cannot be determined."
        return {**result, "why": [result["reason"]]}
    return {**result, "why": [f"{x} of {n}; {level:.10g} two-sided Clopper-Pearson limits (exact binomial)."]}
