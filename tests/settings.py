"""Settings of the tests: the product's own, with private servers in `var/test`."""

import os
from pathlib import Path

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
BROKER_DATABASE, CACHE_DATABASE = (
    2 * _worker,
    2 * _worker + 1,
)  # numbers within Valkey, a pair for each worker

os.environ["EDC_ENV"] = "test"
os.environ["EDC_TEST_HOOKS"] = "1"
os.environ["EDC_DATA_DIR"] = str(Path(__file__).resolve().parent.parent / "var" / "test")
os.environ["EDC_BROKER_DATABASE"] = str(BROKER_DATABASE)
os.environ["EDC_CACHE_DATABASE"] = str(CACHE_DATABASE)
for _name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
    os.environ.pop(_name, None)

from trial_edc.settings import *  # noqa: E402, F403
