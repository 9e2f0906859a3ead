"""Mails against a real server, well and broken; nobody waits for longer than a send may take."""

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from pytest_django import Settings

from reminders import mail
from reminders.mail import Letter, Postman
from tests.fakes.certificates import certified
from tests.fakes.mail_server import MANNERS, MailServer

numbers = count(1)


def a_letter(to: str = "ada@example.org") -> Letter:
    return Letter(f"letter-{next(numbers)}", "reminder-1", to, "Call the dentist", "At 09:00.")


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Todo Chat <todo@example.org>"
    monkeypatch.setattr(mail, "SEND_TIMEOUT", 0.4)
    monkeypatch.setattr(mail, "SILENCE", 0.3)
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def kinds(*letters: Letter) -> list[tuple[str, bool]]:
    postman = Postman()
    outcomes = [postman.send(letter) for letter in letters]
    postman.close()
    return [(outcome.kind, outcome.reached) for outcome in outcomes]


def test_letters_go_over_one_connection(server: MailServer) -> None:
    first, second = a_letter(), a_letter("bo@example.org")

    assert kinds(first, second) == [("sent", True), ("sent", True)]

    assert [(got.id, got.about, got.to) for got in server.received] == [
        (first.id, "reminder-1", "ada@example.org"),
        (second.id, "reminder-1", "bo@example.org"),
    ]
    assert server.received[0].subject == "Call the dentist"
    assert server.received[0].text.strip() == "At 09:00."
    assert server.connections == 1


@pytest.mark.parametrize("manner", MANNERS)
def test_a_broken_server_costs_a_try_and_no_more(server: MailServer, manner: str) -> None:
    server.manner = lambda number: "well" if number else manner
    begun = time.process_time()

    (first, reached), second = kinds(a_letter(), a_letter())

    assert (first, second) == ("failed", ("sent", True))
    assert reached == (manner in ("hang", "cut", "later"))
    assert len(server.received) == 1
    assert time.process_time() - begun < 3


def test_no_server_at_all_is_one_that_is_not_reached(server: MailServer) -> None:
    server.shut()

    assert kinds(a_letter()) == [("failed", False)]


@pytest.mark.parametrize(("code", "kind"), [(550, "refused"), (552, "refused"), (451, "failed")])
def test_an_address_is_refused_for_good_or_for_now(
    server: MailServer, code: int, kind: str
) -> None:
    server.no = lambda address: code if address.startswith("nobody") else 0

    assert kinds(a_letter("nobody@example.org"), a_letter()) == [(kind, True), ("sent", True)]


@pytest.mark.parametrize("address", ["no address", "a@b@c", "x" * 400, "ü", "a@\nb"])
def test_what_is_no_address_is_refused_or_asked_about(server: MailServer, address: str) -> None:
    (answer, _), other = kinds(a_letter(address), a_letter())

    assert answer in ("refused", "sent", "failed")
    assert other == ("sent", True)


def test_mail_goes_by_tls_to_a_server_that_is_trusted(
    server: MailServer, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.EMAIL_USE_TLS = True
    server.tls, authority = certified(tmp_path)
    assert kinds(a_letter()) == [("failed", False)]

    monkeypatch.setenv("SSL_CERT_FILE", str(authority))

    assert kinds(a_letter(), a_letter()) == [("sent", True)] * 2


@pytest.mark.parametrize("manner", ["bad-tls", "well", "silent-tls"])
def test_nothing_goes_without_tls_where_it_is_asked_for(
    server: MailServer, settings: Settings, tmp_path: Path, manner: str
) -> None:
    settings.EMAIL_USE_TLS = True
    server.manner = lambda number: manner
    server.tls = None if manner == "well" else certified(tmp_path)[0]

    assert kinds(a_letter()) == [("failed", False)]
    assert not server.received
