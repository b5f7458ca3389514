"""Conditions under which an item is asked: the same one runs on the server and, as JSON, in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Condition:
    """An operator with its items and arguments; build one with the functions below."""

    op: str
    items: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    parts: tuple[Condition, ...] = ()

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it holds for `values` (address -> value, None or absent = not answered)."""
        return _OPERATORS[self.op](self, values)

    def to_json(self) -> dict[str, Any]:
        """The same condition for the script: {"op", "items", "args", "parts"}, empty ones left out."""
        found = {"op": self.op, "items": list(self.items), "args": list(self.args)}
        found["parts"] = [part.to_json() for part in self.parts]
        return {name: value for name, value in found.items() if value}

    def reads(self) -> frozenset[str]:
        """Names of all items the condition reads."""
        return frozenset(self.items).union(*(part.reads() for part in self.parts))

    def at(self, address: Callable[[str], str]) -> Condition:
        """The condition with item names turned into addresses (of one row of the form)."""
        items = tuple(address(name) for name in self.items)
        return Condition(self.op, items, self.args, tuple(part.at(address) for part in self.parts))


def answered(item: str, *codes: str) -> Condition:
    """The item has one of the codes; without codes, any answer at all."""
    return Condition("answered", (item,), codes)


def at_least(item: str, number: Any) -> Condition:
    """The item is a number >= `number`."""
    return Condition("at_least", (item,), (str(number),))


def outside(item: str, low: str, high: str) -> Condition:
    """The number in `item` is below the one in item `low` or above the one in item `high`."""
    return Condition("outside", (item, low, high))


def all_of(*conditions: Condition) -> Condition:
    return Condition("all", parts=conditions)


def any_of(*conditions: Condition) -> Condition:
    return Condition("any", parts=conditions)


def not_(condition: Condition) -> Condition:
    return Condition("not", parts=(condition,))


def _answered(condition: Condition, values: Mapping[str, Any]) -> bool:
    value = values.get(condition.items[0])
    if value is None or value == "" or value == []:
        return False
    given = value if isinstance(value, list) else [value]
    return not condition.args or any(str(one) in condition.args for one in given)


def _at_least(condition: Condition, values: Mapping[str, Any]) -> bool:
    value = values.get(condition.items[0])
    return value is not None and Decimal(str(value)) >= Decimal(condition.args[0])


def _outside(condition: Condition, values: Mapping[str, Any]) -> bool:
    value, low, high = (values.get(name) for name in condition.items)
    return value is not None and ((low is not None and value < low) or (high is not None and value > high))


_OPERATORS: dict[str, Callable[[Condition, Mapping[str, Any]], bool]] = {
    "answered": _answered,
    "at_least": _at_least,
    "outside": _outside,
    "all": lambda condition, values: all(part.holds(values) for part in condition.parts),
    "any": lambda condition, values: any(part.holds(values) for part in condition.parts),
    "not": lambda condition, values: not condition.parts[0].holds(values),
}
