"""Why a cut or an analysis cannot be had, as sentences."""


class CannotCut(Exception):
    """The data cut cannot be made; nothing was written."""


class CutChanged(Exception):
    """The frozen rows of a cut are not the ones that were frozen."""
