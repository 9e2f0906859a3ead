"""Letters to people, by the mail server of the settings, which may be slow, broken or hostile."""

import socket
from contextlib import suppress
from dataclasses import dataclass
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)
from threading import Timer
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

from reminders.notice import SEND_TIMEOUT, SENT, Outcome, failed, refused

SILENCE = SEND_TIMEOUT / 2  # seconds without a word from the server
LARGEST_REPLY = 64 * 1024  # bytes of one answer of the server
FOR_GOOD = 500  # from this code on it says no for ever


@dataclass(frozen=True)
class Letter:
    """``id`` is of this very try; ``about`` is the same in all, so that programs show them as one.

    Neither is ever in another letter.
    """

    id: str
    about: str
    to: str
    subject: str
    text: str

    @property
    def message(self) -> EmailMessage:
        host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >") or "localhost"
        headers = {
            "Message-ID": f"<{self.id}@{host}>",
            "References": f"<{self.about}@{host}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834: no answer by a machine
        }
        return EmailMessage(self.subject, self.text, to=[self.to], headers=headers)


class Postman:
    """Takes letters one by one over one connection, which he opens when he first needs it."""

    def __init__(self) -> None:
        self._alarm = _Alarm()
        self._server: Any = None

    def send(self, letter: Letter) -> Outcome:
        with self._alarm:
            if not self._server and not self._connect():
                return failed("The mail server cannot be reached.", reached=False)
            outcome = self._hand_over(letter)
        if outcome.kind != "sent":
            self._hang_up()
        return outcome

    def close(self) -> None:
        if self._server:
            with self._alarm, suppress(SMTPException, OSError):
                self._server.close()
        self._hang_up()

    def _connect(self) -> bool:
        self._server = _Server(self._alarm) if _is_smtp() else get_connection()
        try:
            self._server.open()
        except (SMTPException, OSError, ValueError):
            self._hang_up()
        return bool(self._server)

    def _hand_over(self, letter: Letter) -> Outcome:
        try:
            self._server.send_messages([letter.message])
        except SMTPRecipientsRefused as error:
            code = min(code for code, _words in error.recipients.values())
            if code >= FOR_GOOD:
                return refused("The mail server does not take your address.")
            return failed("The mail server does not take your address now.")
        except SMTPDataError as error:
            if error.smtp_code >= FOR_GOOD:
                return refused("The mail server does not take the message.")
            return failed("The mail server does not take the message now.")
        except (SMTPException, OSError):
            return failed("The mail server broke off.")
        except ValueError:  # of whatever is not an address, or cannot be written as one
            return refused("Your address is none that mail can be sent to.")
        return SENT

    def _hang_up(self) -> None:
        """Without a word: whoever is slow or broken would not hear it."""
        for connection in filter(None, (getattr(self._server, name, None) for name in OPENED)):
            connection.close()
        self._server = None
        self._alarm.forget()


OPENED = ("connection", "_partial_connection")


class _Alarm:
    """Shuts a connection on which a send takes longer than SEND_TIMEOUT, whatever trickles in."""

    def __init__(self) -> None:
        self._twin: socket.socket | None = None
        self._is_over = False

    def __enter__(self) -> None:
        self._is_over = False
        self._timer = Timer(SEND_TIMEOUT, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, connection: socket.socket) -> None:
        """A twin of it, for TLS takes the connection away from its socket."""
        self.forget()
        self._twin = connection.dup()
        if self._is_over:
            self._ring()

    def forget(self) -> None:
        if self._twin:
            self._twin.close()
        self._twin = None

    def _ring(self) -> None:
        self._is_over = True
        with suppress(OSError):
            if self._twin:
                self._twin.shutdown(socket.SHUT_RDWR)


class _Server(EmailBackend):
    def __init__(self, alarm: _Alarm) -> None:
        super().__init__(timeout=SILENCE)
        kind = _WatchedTLS if self.use_ssl else _Watched
        self.kind = type("Watched", (kind,), {"alarm": alarm})

    @property
    def connection_class(self) -> Any:
        return self.kind


class _Watched(SMTP):
    alarm: _Alarm

    def _get_socket(self, *where: Any) -> socket.socket:
        connection: socket.socket = super()._get_socket(*where)  # type: ignore[misc]
        self.alarm.watch(connection)
        return connection

    def getreply(self) -> tuple[int, bytes]:
        self.file = self.file or _Bounded(self.sock.makefile("rb"))  # type: ignore[union-attr]
        self.file.left = LARGEST_REPLY
        return super().getreply()


class _WatchedTLS(SMTP_SSL, _Watched):
    """From the first byte on, as of port 465."""


class _Bounded:
    """What a server says, line by line; smtplib itself would take lines without end."""

    left = 0

    def __init__(self, file: Any) -> None:
        self._file = file
        self.close = file.close

    def readline(self, size: int) -> bytes:
        line: bytes = self._file.readline(size)
        self.left -= len(line)
        if self.left < 0:
            raise SMTPServerDisconnected("it says too much")
        return line


def _is_smtp() -> bool:
    return settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
