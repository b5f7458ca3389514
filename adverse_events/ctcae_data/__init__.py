"""CTCAE v5.0 as data: terms, numeric criteria and search words. Read by `adverse_events.ctcae`."""
