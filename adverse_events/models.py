"""The forms of this app are models; loading them here is how Django finds them."""

from adverse_events import crfs as crfs
from adverse_events import ctcae_text as ctcae_text
