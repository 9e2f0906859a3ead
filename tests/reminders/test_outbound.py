"""What users give as an address leads to public hosts alone, whatever it looks like."""

import gzip
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from reminders import outbound
from reminders.outbound import NotAllowed, Unreachable
from tests.fakes.certificates import certified
from tests.fakes.receiver import Exchange, Receiver

PUBLIC = "93.184.215.14"
SECONDS = 5.0
Names = Callable[..., list[str]]

PRIVATE = """
    127.0.0.1 127.1 127.255.255.254 2130706433 017700000001 0x7f000001 0x7f.1 0177.0.0.1 0 0.0.0.0
    10.0.0.1 10.1 172.16.0.1 172.31.255.255 192.168.0.1 192.168.257 100.64.0.1 169.254.169.254
    2852039166 0xa9fea9fe 0251.0376.0251.0376 100.100.100.200 192.0.0.192 168.63.129.16 198.18.0.1
    192.0.2.1 192.88.99.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.2.3 240.0.0.1 255.255.255.255
    ①②⑦.⓪.⓪.① 127。0。0。1
    [::] [::1] [::127.0.0.1] [::ffff:127.0.0.1] [::ffff:a9fe:a9fe] [::ffff:0:10.0.0.1] [fe80::1]
    [fe80::1%25eth0] [fec0::1] [fc00::1] [fd00:ec2::254] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe]
    [64:ff9b:1::a00:1] [2002:7f00:1::] [2002:a9fe:a9fe::1] [2001:0:7f00:1::] [2001:db8::1]
    [2001:20::1] [3fff::1] [5f00::1] [100::1] [ff02::1] [ff0e::1]
    localhost LOCALHOST localhost. a.localhost redis postgres nas.local metadata.google.internal
    instance-data.ec2.internal router.home.arpa printer.lan
"""
FAULTY = """
    ftp://example.org/ file:///etc/passwd gopher://example.org/ unix:///run/x data:,x //example.org/
    javascript:alert(1) example.org http:// https:///path http:example.org http://?x http://:80/
    http://me:secret@example.org/ http://me@example.org/ http://example.org@10.0.0.1/
    http://example.org:99999/ http://example.org:-1/ http://example.org:0/ http://example.org:8o/
    http://[::1/ http://[x]/
    http://999.1.1.1/ http://..org/
"""
BROKEN = ("", " ", "http://exa\x00mple.org/", "http://example.org/\r\nHost: x", "http://a b.org/")


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """Of our own network, and allowed."""
    with Receiver() as receiver:
        settings.OUTBOUND_PRIVATE_HOSTS = [receiver.host]
        yield receiver


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """``names(first, then)``: every name leads to ``first``, and from the second time on to others.

    Returns the names that were looked up.
    """

    def stand_in(*answers: list[str]) -> list[str]:
        asked: list[str] = []
        look_up = socket.getaddrinfo

        def getaddrinfo(host: str, port: int, *args: Any, **options: Any) -> Any:
            if not host.endswith(".example"):
                return look_up(host, port, *args, **options)
            if options.get("flags"):
                raise socket.gaierror
            asked.append(host)
            found = answers[min(len(asked), len(answers)) - 1]
            return [entry for each in found for entry in look_up(each, port, *args, **options)]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    return stand_in


def post(url: str, seconds: float = SECONDS) -> int:
    return outbound.post(url, b"{}", {"Content-Type": "application/json"}, seconds)


@pytest.mark.parametrize("host", PRIVATE.split())
def test_a_private_host_is_refused_however_it_is_written(host: str) -> None:
    for url in (f"http://{host}/x", f"https://{host}:8443/"):
        with pytest.raises(NotAllowed):
            outbound.check(url)
        with pytest.raises(NotAllowed):
            post(url)


@pytest.mark.parametrize("url", [*FAULTY.split(), *BROKEN])
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        outbound.check(url)


def test_one_that_is_too_long_is_refused() -> None:
    with pytest.raises(NotAllowed, match="too long"):
        outbound.check("https://example.org/" + "x" * 2_000)


@pytest.mark.parametrize(
    "url",
    [
        "https://ntfy.sh/topic",
        "HTTPS://Example.ORG:8443/a?b={{.c}}#d",
        "http://8.8.8.8/",
        "http://134744072/",
        "https://[2606:4700:4700::1111]/",
        "https://[64:ff9b::8.8.8.8]/",
        "https://[::ffff:8.8.8.8]/",
        "https://bücher.example/",
        "https://internal.example.org/",
    ],
)
def test_a_public_one_may_be_kept(url: str) -> None:
    outbound.check(url)


@pytest.mark.parametrize(
    "found",
    [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:10.0.0.1"]],
)
def test_a_name_that_leads_into_a_private_network_is_refused(
    names: Names, found: list[str]
) -> None:
    names(found)

    with pytest.raises(NotAllowed, match="private"):
        post("http://hook.example/")


def test_a_name_is_looked_up_once_and_what_it_leads_to_afterwards_is_not_asked(
    names: Names, receiver: Receiver
) -> None:
    asked = names([PUBLIC], ["127.0.0.1"])
    port = receiver.host.partition(":")[2]

    with pytest.raises(Unreachable):
        post(f"http://hook.example:{port}/", 0.2)

    assert asked == ["hook.example"]
    assert receiver.sent == []


def test_the_connection_goes_to_the_address_that_was_looked_up(
    names: Names, receiver: Receiver, settings: Settings
) -> None:
    port = receiver.host.partition(":")[2]
    settings.OUTBOUND_PRIVATE_HOSTS = [f"hook.example:{port}"]
    asked = names(["127.0.0.1"], ["127.0.0.2"])

    assert post(f"http://hook.example:{port}/a?b=c") == 204
    assert asked == ["hook.example"]
    [sent] = receiver.sent
    assert (sent.path, sent.body) == ("/a?b=c", b"{}")
    assert sent.headers["host"] == f"hook.example:{port}"


def test_the_next_address_is_tried_where_one_takes_no_connection(
    names: Names, receiver: Receiver, settings: Settings
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["hook.example"]
    names(["127.0.0.9", "127.0.0.1"])

    assert post(f"http://hook.example:{receiver.host.partition(':')[2]}/") == 204


def test_an_allowed_host_is_that_one_alone(receiver: Receiver, settings: Settings) -> None:
    assert post(receiver.url) == 204
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1:1", "10.0.0.1"]
    with pytest.raises(NotAllowed):
        post(receiver.url)
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1"]  # at any port
    assert post(receiver.url) == 204


def test_no_redirect_is_followed(receiver: Receiver) -> None:
    def leads_on(exchange: Exchange) -> None:
        exchange.send_response(307)
        exchange.send_header("Location", receiver.url + "/further")
        exchange.send_header("Content-Length", "0")
        exchange.end_headers()

    receiver.answer = leads_on

    assert post(receiver.url) == 307
    assert len(receiver.sent) == 1


def test_no_proxy_of_the_environment_is_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{proxy.host}")

        assert post(receiver.url) == 204
        assert proxy.sent == []


def begins(exchange: Exchange, headers: str = "") -> None:
    exchange.wfile.write(f"HTTP/1.1 200 OK\r\n{headers}".encode())


def silent(exchange: Exchange) -> None:
    exchange.server.receiver.stopping.wait(SECONDS)


def drips_headers(exchange: Exchange) -> None:
    begins(exchange)
    exchange.drip(b"X-A: b\r\n")


def goes_on(exchange: Exchange) -> None:
    exchange.drip(b"HTTP/1.1 100 Continue\r\n\r\n")


def drips_its_status(exchange: Exchange) -> None:
    exchange.drip(b"H")


@pytest.mark.parametrize("answer", [silent, drips_headers, goes_on, drips_its_status])
def test_an_exchange_ends_at_its_deadline(
    receiver: Receiver, answer: Callable[[Exchange], None]
) -> None:
    receiver.answer = answer

    with pytest.raises(Unreachable, match="in time"):
        post(receiver.url, 0.2)


def test_a_name_that_is_looked_up_for_too_long_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look_up = socket.getaddrinfo

    def slow(host: str, *args: Any, **options: Any) -> Any:
        if not options.get("flags"):
            time.sleep(1)
        return look_up(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(Unreachable, match="in time"):
        post("http://8.8.8.8/", 0.1)


def bomb(exchange: Exchange) -> None:
    packed = gzip.compress(bytes(10_000_000))
    begins(exchange, f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n")
    exchange.wfile.write(packed)


def endless(exchange: Exchange) -> None:
    begins(exchange, "\r\n")
    exchange.drip(bytes(1_000_000), 0)


def drips_its_body(exchange: Exchange) -> None:
    begins(exchange, "\r\n")
    exchange.drip(b"x")


@pytest.mark.parametrize("answer", [bomb, endless, drips_its_body])
def test_what_comes_after_the_status_is_not_read(
    receiver: Receiver, answer: Callable[[Exchange], None]
) -> None:
    receiver.answer = answer

    assert post(receiver.url) == 200


def huge_headers(exchange: Exchange) -> None:
    begins(exchange)
    exchange.drip(b"X-A: " + b"b" * 10_000 + b"\r\n", 0)


def no_http(exchange: Exchange) -> None:
    exchange.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")


def hangs_up(exchange: Exchange) -> None:
    exchange.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("answer", [huge_headers, no_http, hangs_up])
def test_what_is_no_answer_is_unreachable(
    receiver: Receiver, answer: Callable[[Exchange], None]
) -> None:
    receiver.answer = answer

    with pytest.raises(Unreachable):
        post(receiver.url)


def test_a_certificate_must_be_one_that_is_trusted(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, trusted = certified(tmp_path)
    with Receiver(tls=tls) as receiver:
        settings.OUTBOUND_PRIVATE_HOSTS = [receiver.host]
        with pytest.raises(Unreachable, match="certificate"):
            post(receiver.url)

        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        outbound._tls.cache_clear()
        assert post(receiver.url) == 204
    outbound._tls.cache_clear()


def test_where_nobody_listens_and_where_there_is_no_tls(receiver: Receiver) -> None:
    with pytest.raises(Unreachable):
        post(receiver.url.replace("http:", "https:"))
    receiver.__exit__()
    with pytest.raises(Unreachable):
        post(receiver.url)
