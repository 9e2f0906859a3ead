"""gunicorn's threaded worker, with three manners of our own: its health is told while every thread
is taken, when it stops it takes what stands at the door and closes it, and beside what it serves
it finishes turns whose process has died.

It overrides what is gunicorn 27's own; the decision "The worker answers for its health and closes
its door" says why.
"""

import os
import re
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from selectors import EVENT_READ
from socket import MSG_DONTWAIT, MSG_PEEK
from threading import Thread
from time import monotonic

from gunicorn.workers.gthread import TConn

from config import settings
from config.sharing import EvenWorker
from telemetry.metrics import loaded

LARGEST_HEAD = 16 * 1024  # bytes of a question after health; a larger one waits with the others
PATHS = [path.rstrip("/").encode() for path in settings.HEALTH_PATHS]
# All of the head is there and no body follows, so nobody can hold a spare thread by being slow.
HEALTH = re.compile(
    rb"(?s)(?:GET|HEAD) (?P<path>" + b"|".join(PATHS) + rb")/?(?:\?\S*)? HTTP/"
    rb"(?!(?i:.*\r\n(?:content-length|transfer-encoding):)).*\r\n\r\n"
)


BEGINS_SECONDS = 1.0
"""For what every request needs, ahead of the first one."""


class Worker(EvenWorker):
    def init_process(self) -> None:
        # One for each: readiness may wait for the database, and whether we live does not.
        self.spare = {path: ThreadPoolExecutor(4) for path in PATHS}
        self.in_work = 0  # requests that have a thread of the others, or wait for one
        self.next_look = 0.0
        super().init_process()

    def run(self) -> None:
        """Its application is loaded; beside it, others' turns are finished, and reminders ring."""
        from chat.finish import Finisher
        from chat.processes import begin
        from reminders.rounds import Ringer
        from web.connections import pool_in_numbers

        self.pool_in_numbers = pool_in_numbers
        beginning = Thread(target=begin)
        beginning.start()
        beginning.join(BEGINS_SECONDS)  # no longer, for the database may be away
        self.finisher, self.ringer = Finisher(), Ringer()
        if settings.AGENT_FINISH_TURNS:
            Thread(target=self.finisher.watch).start()
        if settings.REMIND:
            Thread(target=self.ringer.watch).start()
        super().run()

    def enqueue_req(self, conn: TConn) -> None:
        """Give it a thread, a spare one for its question after health.

        Until something is asked it waits in the loop, where it costs no thread.
        """
        try:
            asked = _asked(conn)
        except BlockingIOError:
            self._wait_for(conn)
            return
        conn.data_ready = True
        pool = self._pool_for(asked)
        self.in_work += pool is self.tpool
        answered = pool.submit(self.handle, conn)
        answered.add_done_callback(partial(self.method_queue.defer, self._finish, pool, conn))

    def set_accept_enabled(self, enabled: bool) -> None:
        """The end of its life begins with the last ``False``: gunicorn has nothing else there."""
        super().set_accept_enabled(enabled)
        if not enabled and (not self.alive or self.ppid != os.getppid()):
            self.finisher.stopping.set()
            self.ringer.stopping.set()
            self._close_the_door()

    def notify(self) -> None:
        """It runs about once a second, or with each request."""
        super().notify()
        if monotonic() > self.next_look:
            self.next_look = monotonic() + 1
            loaded(self.cfg.threads, self.in_work, self.pool_in_numbers())

    def _finish(self, pool: Executor, conn: TConn, answered: Future[bool]) -> None:
        self.in_work -= pool is self.tpool
        self.finish_request(conn, answered)

    def _pool_for(self, asked: bytes) -> Executor:
        """Who has left is not in line: to close their connection takes no time."""
        if not asked:
            return self.spare[PATHS[0]]
        health = HEALTH.match(asked)
        return self.spare[health["path"]] if health else self.tpool

    def _wait_for(self, conn: TConn) -> None:
        """As gunicorn waits for the next request of a connection, and for as long."""
        conn.timeout = monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        readable = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, EVENT_READ, readable)

    def _close_the_door(self) -> None:
        """Else the kernel would take connections as long as open turns last, and nobody answer.

        Those that it has taken are served. What comes from now on is refused at once, as soon as
        all workers and gunicorn itself have closed theirs, and a proxy asks another node.
        """
        for listener in self.sockets:
            before = -1
            while before < self.nr_conns < self.worker_connections:
                before = self.nr_conns
                super(EvenWorker, self).accept(listener)  # at once: it is not for others to take
            listener.close()


def _asked(conn: TConn) -> bytes:
    """The beginning of the next request; it stays unread. BlockingIOError: there is none yet."""
    read_ahead: bytes = conn.parser.unreader.buf.getvalue() if conn.parser else b""
    try:
        return read_ahead or conn.sock.recv(LARGEST_HEAD, MSG_PEEK | MSG_DONTWAIT)
    except BlockingIOError:
        raise
    except OSError:
        return b""  # who reads it will see that they have left
