"""The Celery application: `celery --app=src.app worker -Q openrelik-worker-afterimage`.

A task may run for hours, and a machine may be lost in the middle. So a task is acknowledged when it is done, and given
to another worker when its own is lost; it goes on from the ledger in its folder then.
"""

from __future__ import annotations

import os

from celery import Celery

#: The queue, and what the names of the tasks begin with: the server takes the one from the other.
QUEUE = "openrelik-worker-afterimage"

#: Seconds after which a task that nobody acknowledged is given to another worker. Where its own is still at work, the
#: other one waits, see `tasks.PAUSE`.
VISIBILITY = int(os.environ.get("AFTERIMAGE_VISIBILITY_TIMEOUT", "3600"))

_REDIS = os.environ.get("REDIS_URL", "redis://localhost:6379/0")

celery = Celery(broker=_REDIS, backend=_REDIS, include=["src.tasks"])
celery.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_track_started=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": VISIBILITY,
        # Workers of other programs on the same Redis look after their own, each with a timeout of its own.
        "unacked_key": f"{QUEUE}.unacked",
        "unacked_index_key": f"{QUEUE}.unacked_index",
        "unacked_mutex_key": f"{QUEUE}.unacked_mutex",
        # As long as one look takes: where the worker that holds it is lost, others would wait for its end.
        "unacked_mutex_expire": max(1, min(300, VISIBILITY)),
    },
)
