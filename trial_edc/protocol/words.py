"""Marking words of the protocol for the translation catalogue; they are translated where they are shown."""


def _(text: str) -> str:
    """The text itself: `makemessages` finds it by this name."""
    return text
