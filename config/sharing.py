"""How the workers of one machine share what comes: evenly, also when little comes."""

from time import sleep
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

A_MOMENT = 0.0002  # seconds, in which another worker wakes up
FEW = 5  # connections; of more than these, chance gives each worker enough


class EvenWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    def accept(self, listener: Any) -> None:
        """Whoever has connections gives those who have fewer a moment to be first.

        A connection wakes all workers, and the one that is awake already would take it, and those
        behind it. As they are kept, the others would rest as long as their clients ask.
        """
        if self.cfg.workers > 1:
            sleep(min(self.nr_conns, FEW) * A_MOMENT)
        super().accept(listener)
