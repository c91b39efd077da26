"""A storm in small: seeded schedules of clients that fight, die and come back; `python -m tests.storms` runs thousands.

After every schedule the books are held, account class by account class, against what the clients were told.
"""

from capweb.kernel.money import ZERO
from tests.storms.plan import schedule
from tests.storms.storm import run_storm

SCHEDULES = 120
SEED = 6962


def test_no_ceiling_is_passed_and_no_cent_lost_in_a_storm(committed, cast):
    storm = run_storm(cast, list(range(SCHEDULES)), seed=SEED)
    assert storm.counts["overruns"] == 0
    # It was a storm: draws and refusals, clients that died, and commands that were sent again.
    for what in ("draws", "refusals", "kills", "retries", "claims", "law changes", "releases"):
        assert storm.counts[what] > 0, what


def test_the_plan_of_a_schedule_is_the_same_for_the_same_seed():
    assert schedule(1, 17) == schedule(1, 17)
    assert schedule(1, 17) != schedule(2, 17)
    assert all(one.room >= ZERO and 2 <= len(one.clients) <= 4 for one in (schedule(3, n) for n in range(50)))
