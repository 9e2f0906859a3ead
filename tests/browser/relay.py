"""A connection to a server that a test can cut."""

import socket
from contextlib import suppress
from threading import Thread
from typing import Self


class Relay:
    """Between a browser and a server on ``port``, until `cut`, and again from `mend` on."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._whole = True
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        self._whole = False
        self._end_all()

    def mend(self) -> None:
        self._whole = True

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._end_all()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._whole:
                    self._join(near, socket.create_connection(("127.0.0.1", self._port)))
                else:
                    near.close()

    def _join(self, near: socket.socket, far: socket.socket) -> None:
        self._sockets += [near, far]
        for pair in ((near, far), (far, near)):
            Thread(target=_pass_on, args=pair, daemon=True).start()

    def _end_all(self) -> None:
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError), source:
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
