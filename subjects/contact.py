"""Attempts to reach a subject, as the long-term follow-up forms record them."""


def attempts_made(casebook) -> int:
    """How many attempts on different days are recorded, 0 without a casebook."""
    lines = [line for one in casebook["ltfu"] for line in one["ltatt"] or ()] if casebook else []
    return len({line["date"] for line in lines})
