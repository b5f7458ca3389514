"""The forms of this app are models, so are the laboratories; loading them here is how Django finds them."""

from assessments import crfs as crfs
from assessments import laboratories as laboratories
