"""Calculator `kinetics`: non-compartmental parameters of one profile."""

from decimal import Decimal

from assessments.calculators._statistics import numbers
from assessments.kinetics import DAY_28, Sample, Settings, analyse
from trial_edc.calculators import CaseError, Reader, parse_number

NAME = "kinetics"
SOURCE = "Non-compartmental analysis, Gabrielsson & Weiner 2016; BLQ and terminal slope rules of PKNCA"
VERSION = "1.0"


def calculate(data: dict[str, object]) -> dict[str, object]:
    """Times and concentrations of one profile to its parameters. Raises CaseError."""
    reader = Reader(data)
    time = numbers(reader, "time")
    conc = _concentrations(reader)
    echoed = {
        "route": reader.token("route", ("none", "extravascular", "iv_bolus"), "none"),
        "time_unit": reader.token("time_unit", tuple(DAY_28)),
        "conc_unit": reader.text("conc_unit"),
    }
    settings = Settings(
        time_unit=echoed["time_unit"],  # type: ignore[arg-type]
        lloq=reader.number("lloq", Decimal(0), minimum=0),
        kind=reader.token("kind", ("plasma", "cart", "micro"), "plasma"),  # type: ignore[arg-type]
        embedded_blq=reader.token("embedded_blq", ("drop", "zero"), "drop"),  # type: ignore[arg-type]
    )
    reader.close()
    if len(time) != len(conc):
        raise CaseError(f"time and conc must have one length, got {len(time)} and {len(conc)}.")
    samples = [Sample(*pair) for pair in zip(time, conc, strict=True)]
    try:
        found = analyse(samples, settings)
    except ValueError as problem:
        raise CaseError(f"time: {problem}.") from problem
    return {**echoed, **found.values, "not_estimable": dict(found.not_estimable), "why": list(found.why)}


def _concentrations(reader: Reader) -> list[Decimal | None]:
    return [
        None if value is None else parse_number(value, f"conc[{i}]", minimum=0)
        for i, value in enumerate(reader.items("conc") or [])
    ]
