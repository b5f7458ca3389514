"""Typical ranges of the demonstration laboratories beyond the blood count.

They stand in until the certificate of each laboratory is entered. Line: analyte | unit | limits of normal |
limits of quantification. "F50-120 50..135" is for women of 50 to 120 years; without letter and ages for all adults.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

SINCE = date(2024, 1, 1)
_CASE = re.compile(
    r"(?:(?P<sex>[MF])?(?P<ages>\d+-\d+)? )?(?P<low>[\d.]+?)\.\.(?P<high>[\d.]+)"
    r"(?: (?P<word>from|until) (?P<day>\S+))?$"
)
RANGES = {
    "L101": """
alt | U/L | M 9..50, F 7..40
ast | U/L | M 15..40, F 13..35
alp | U/L | M 45..125, F18-49 35..100, F50-120 50..135
bili | umol/L | M 0..26, F 0..21
creat | umol/L | M18-59 57..97, M60-120 57..111, F18-59 41..73, F60-120 41..81
alb | g/L | 40..55
na | mmol/L | 137..147
k | mmol/L | 3.5..5.3
ca | mmol/L | 2.11..2.52
mg | mmol/L | 0.75..1.02
phos | mmol/L | 0.85..1.51
gluc | mmol/L | 3.9..6.1
urea | mmol/L | M18-59 3.1..8.0, M60-120 3.6..9.5, F18-59 2.6..7.5, F60-120 3.1..8.8
urate | umol/L | M 208..428, F 155..357
ldh | U/L | 120..250
trig | mmol/L | 0.45..1.7
fib | g/L | 2.0..4.0
inr | ratio | 0.8..1.2
aptt | s | 25.1..36.5
ddim | mg/L | 0..0.55
trop | ng/L | M 0..34.2, F 0..15.6
ntpro | ng/L | 18-74 0..125, 75-120 0..450
igg | g/L | 8.6..17.4
cd3 | /uL | 770..2041
cd4 | /uL | 414..1123
cd19 | /uL | 90..560
hbvdna | IU/mL |  | 20..1.7e8
cmv | IU/mL |  | 100..1e8
ebvdna | copies/mL |  | 400..1e8
tsh | mIU/L | 0.35..4.94
il6 | pg/mL | 0..7.0 | 1.5..5000
ferr | ug/L | M 30..400, F 15..150 | 0.5..2000
crp | mg/L | 0..8.0 | 0.5..320
ifng | pg/mL | 0..7.42 | 2.5..5000
il10 | pg/mL | 0..4.91 | 2.5..5000
tnfa | pg/mL | 0..4.6 | 2.5..5000
il2r | U/mL | 223..710 | 50..7500
    """,
    "L102": """
alt | U/L | 0..40
ast | U/L | 0..40
alp | U/L | 40..150
bili | umol/L | 3.4..20.5
creat | umol/L | M 53..106, F 44..97
alb | g/L | 35..55
na | mmol/L | 135..145
k | mmol/L | 3.5..5.5
ca | mmol/L | 2.03..2.54
mg | mmol/L | 0.75..1.02
phos | mmol/L | 0.85..1.51
gluc | mmol/L | 3.9..6.1
urea | mmol/L | 1.7..8.3
urate | umol/L | M 208..428, F 155..357
ldh | U/L | 109..245 until 2026-01-14, 120..250 from 2026-01-15
trig | mmol/L | 0.45..1.7
fib | g/L | 2.0..4.0
inr | ratio | 0.8..1.2
aptt | s | 28..42
ddim | mg/L | 0..0.5
trop | ng/L | 0..14
ntpro | ng/L | 18-74 0..125, 75-120 0..450
igg | g/L | 7.0..16.0
cd3 | /uL | 770..2041
cd4 | /uL | 414..1123
cd19 | /uL | 90..560
hbvdna | IU/mL |  | 100..1.7e8
cmv | IU/mL |  | 500..1e8
ebvdna | copies/mL |  | 500..1e8
tsh | mIU/L | 0.27..4.2
il6 | pg/mL | 0..7.0 | 1.5..5000
ferr | ug/L | M 23.9..336.2, F 11..306.8 | 0.5..2000
crp | mg/L | 0..10 | 0.5..320
ifng | pg/mL | 0..7.42 | 2.5..5000
il10 | pg/mL | 0..4.91 | 2.5..5000
tnfa | pg/mL | 0..4.6 | 2.5..5000
il2r | U/mL | 223..710 | 50..7500
    """,
    "L103": """
alt | U/L | M 10..50, F 7..45
ast | U/L | M 10..40, F 9..32
alp | U/L | M 40..129, F 35..104
bili | mg/dL | 0.2..1.2
creat | mg/dL | M 0.74..1.35, F 0.59..1.04
alb | g/dL | 3.5..5.0
na | mmol/L | 135..145
k | mmol/L | 3.5..5.1
ca | mg/dL | 8.6..10.2
mg | mg/dL | 1.7..2.3
phos | mg/dL | 2.5..4.5
gluc | mg/dL | 70..99
urea | mg/dL BUN | 7..20
urate | mg/dL | M 3.4..7.0, F 2.4..6.0
ldh | U/L | M 135..225, F 135..214
trig | mg/dL | 0..149
fib | mg/dL | 200..400
inr | ratio | 0.9..1.1
aptt | s | 25..35
ddim | ng/mL FEU | 0..500
trop | ng/L | M 0..22, F 0..14
ntpro | pg/mL | 18-74 0..125, 75-120 0..450
igg | mg/dL | 700..1600
cd3 | /uL | 690..2540
cd4 | /uL | 410..1590
cd19 | /uL | 90..660
hbvdna | IU/mL |  | 10..1e9
cmv | IU/mL |  | 35..1e7
ebvdna | IU/mL |  | 35..1e8
tsh | uIU/mL | 0.4..4.5
il6 | pg/mL | 0..5.0 | 2.0..5000
ferr | ng/mL | M 24..336, F 11..307 | 1..1650
crp | mg/dL | 0..0.8 | 0.3..32
ifng | pg/mL | 0..4.2 | 4.2..3000
il10 | pg/mL | 0..2.8 | 2.8..3000
tnfa | pg/mL | 0..7.2 | 1.7..3000
il2r | U/mL | 158..623 | 50..10000
    """,
    "CEN": """
il6 | pg/mL | 0..7.0 | 0.7..4000
ifng | pg/mL | 0..15.6 | 1.9..4000
il10 | pg/mL | 0..9.1 | 0.6..2000
tnfa | pg/mL | 0..8.1 | 0.7..2000
il2r | U/mL | 223..710 | 20..20000
ferr | ug/L | M 30..400, F 13..150 | 0.5..100000
crp | mg/L | 0..5.0 | 0.3..400
pkcopy | copies/ug gDNA |  | 50..1e7
pkflow | cells/uL |  | 0.05..20000
pkflowp | % |  | 0.01..100
cd3 | /uL | 770..2041
cd4 | /uL | 414..1123
cd19 | /uL | 90..560
ebvdna | copies/mL |  | 100..1e8
igg | g/L | 8.6..17.4
    """,
}


def further_ranges() -> list[dict[str, Any]]:
    """The ranges above as columns of `LabRange`, `laboratory` by its code."""
    return [
        {"laboratory": laboratory, **columns}
        for laboratory, lines in RANGES.items()
        for line in lines.strip().splitlines()
        for columns in _line(line)
    ]


def _line(line: str) -> list[dict[str, Any]]:
    analyte, unit, normal, *measurable = (part.strip() for part in line.split("|"))
    common = {"analyte": analyte, "unit": unit, **_pair("lloq", "uloq", measurable[0] if measurable else "")}
    cases = [_case(text) for text in normal.split(", ")] if normal else [_case("")]
    return [{**common, **case} for case in cases]


def _case(text: str) -> dict[str, Any]:
    found = _CASE.match(text)
    if not found:
        assert not text, text
        return {"sex": "any", "age_from": 18, "age_to": 120, "lln": None, "uln": None, **_days(None, None)}
    ages = (found["ages"] or "18-120").split("-")
    return {
        "sex": found["sex"] or "any",
        "age_from": int(ages[0]),
        "age_to": int(ages[1]),
        **_pair("lln", "uln", f"{found['low']}..{found['high']}"),
        **_days(found["word"], found["day"]),
    }


def _pair(low: str, high: str, text: str) -> dict[str, Decimal | None]:
    if not text:
        return {low: None, high: None}
    first, _dots, last = text.partition("..")
    return {low: Decimal(first), high: Decimal(last)}


def _days(word: str | None, day: str | None) -> dict[str, date | None]:
    bound = date.fromisoformat(day) if day else None
    return {
        "effective_from": bound if word == "from" and bound else SINCE,
        "effective_to": bound if word == "until" else None,
    }
