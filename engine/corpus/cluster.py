"""The one door to dask: processes of our own, or a scheduler that runs already."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from engine.errors import BadFile, MissingDriver


@contextlib.contextmanager
def cluster(workers: int, scheduler: str | None) -> Iterator[Any]:
    """A dask client: of a scheduler (tcp://…) that runs already, or of so many processes of our own, one thread each.

    MissingDriver without dask, BadFile if the scheduler cannot be reached.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as why:
        raise MissingDriver(
            "more than one worker is run by dask, which is not here (pip install 'monochord[fit]', or --workers 1)"
        ) from why
    quiet = {
        "distributed.logging.distributed": "error",
        "distributed.worker.daemon": True,
        "distributed.worker.profile.enabled": False,  # nobody looks at it, and it takes from those who listen
    }
    with dask.config.set(quiet), contextlib.ExitStack() as stack:
        if scheduler is None:
            own = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",
                memory_limit=None,
                silence_logs="ERROR",
            )
            yield stack.enter_context(Client(stack.enter_context(own)))
            return
        try:
            client = Client(scheduler, timeout="10s")
        except (OSError, ValueError) as why:
            raise BadFile(
                f"scheduler={scheduler} cannot be reached: {why or 'no answer'} (try tcp://HOST:8786)"
            ) from why
        yield stack.enter_context(client)
