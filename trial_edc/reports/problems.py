"""Why a report cannot be had; the text is a sentence for the person."""


class CannotReport(Exception):
    """The request was refused, or the report cannot be made; nothing was changed."""


class Stopped(Exception):
    """The run was cancelled or belongs to another worker now: what was made is thrown away."""
