"""Run now: one launch of a schedule in the background, also of one that is off. The clock is the scheduler's."""

from __future__ import annotations

import threading

from connector.db import utcnow
from connector.engine.jobs import Jobs
from connector.errors import Skip
from connector.queue import leases
from connector.queue.working.launches import Launches
from connector.setup import schedules
from connector.setup.models import Schedule

LEASE_SECONDS = 300.0  # nobody renews the lease of a job that was launched by hand


def launch(jobs: Jobs, schedule: Schedule, user: str, stop: threading.Event) -> bool:
    """Launch it; False when it runs already, here or in another process.

    Raises Skip when its connector's state, or its own start and expiry, forbid it.
    """
    job, now = jobs._job(schedule, schedule.cron), utcnow()
    if not schedules.may_start(jobs.connections.config(schedule.connector_id), schedule):
        raise Skip("its connector or its entity is switched off.")
    if not job.in_force(now):
        raise Skip("it has not begun yet, or it has expired.")
    if not leases.free(job.name, now=now):
        return False
    if job.lane is not None:
        jobs.process(job.lane, user, stop)
        return True
    launches = Launches(jobs.app, jobs.bell, jobs.clock, f"by hand, {threading.get_ident()}", LEASE_SECONDS)
    threading.Thread(target=launches.run, args=(job,), kwargs={"mode": "manual"}, name="by-hand", daemon=True).start()
    return True
