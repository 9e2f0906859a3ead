"""The shipped nginx behind another balancer: limits are by the person's address, which nobody but
that balancer can tell.
"""

import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse

import httpx2
import pytest

from tests.served.conftest import served
from tests.served.processes import Model, Mortal
from tests.served.proxy import NAME, NGINX, Nginx
from tests.servers import free_port

pytestmark = pytest.mark.only_on("sqlite")  # it is about what stands in front of any

BALANCER, SOMEBODY = "127.0.0.9", "127.0.0.8"  # all of 127.0.0.0/8 are addresses of this machine
SIGN_UPS = 3  # of an address
PAST_THEM = [400] * SIGN_UPS + [429]  # what is sent is no sign-up, and counts all the same


class Behind(Nginx):
    """A balancer that speaks HTTP: over TLS to ``port``, and where it has ended it to ``ended``."""

    way = "real_ip_header X-Forwarded-For; real_ip_recursive on;"

    def __init__(self, server: Mortal) -> None:
        super().__init__(server.port)
        self.ended = free_port()

    def _site(self) -> str:
        site = super()._site()
        places = {
            "#set_real_ip_from 10.0.0.5;": f"set_real_ip_from {BALANCER};",
            f"#{self.way}": self.way,
            "#listen 8080;": f"listen 127.0.0.1:{self.ended};",
        }
        for shipped, ours in places.items():
            assert shipped in site
            site = site.replace(shipped, ours)
        return site


class BehindTLS(Behind):
    """One that hands TLS through, and tells the address before it."""

    way = "real_ip_header proxy_protocol;"

    def connect(self, source: str = BALANCER, person: str = "10.1.1.9") -> socket.socket:
        address = ("127.0.0.1", self.port)
        plain = socket.create_connection(address, timeout=30, source_address=(source, 0))
        plain.sendall(f"PROXY TCP4 {person} 127.0.0.1 4711 443\r\n".encode())
        return self.trust.wrap_socket(plain, server_hostname="127.0.0.1")

    def _site(self) -> str:
        tls = f"listen 127.0.0.1:{self.port} ssl http2"
        return super()._site().replace(tls, f"{tls} proxy_protocol")


@pytest.fixture(scope="module")
def server(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    if NGINX is None:
        pytest.skip("Tests of the proxy need nginx. Try: apt install nginx")
    others = {
        "DJANGO_ENV": "production",
        "ALLOWED_HOSTS": NAME,
        "TRUSTED_PROXY_COUNT": "1",
        "REGISTER_RATE": f"{SIGN_UPS}/d",
    }
    with served(shared_model, **others) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(server: Mortal) -> Iterator[Behind]:
    with Behind(server) as proxy:
        yield proxy


def sign_ups(url: str, proxy: Nginx, source: str, *hops: str) -> list[int]:
    """The statuses of one more than are let through, with another forged address in each."""
    transport = httpx2.HTTPTransport(verify=proxy.trust, local_address=source)
    with httpx2.Client(base_url=url, headers={"Host": NAME}, transport=transport) as client:
        return [
            client.post(
                "/api/auth/register/",
                json={},
                headers={"X-Forwarded-For": ", ".join([f"10.66.0.{number}", *hops])},
            ).status_code
            for number in range(SIGN_UPS + 1)
        ]


def test_people_behind_it_are_told_apart(proxy: Behind) -> None:
    assert sign_ups(proxy.url, proxy, BALANCER, "10.1.1.1") == PAST_THEM
    assert sign_ups(proxy.url, proxy, BALANCER, "10.1.1.2") == PAST_THEM


def test_where_it_ends_tls_they_are_too_and_it_was_https(proxy: Behind) -> None:
    plain = f"http://127.0.0.1:{proxy.ended}"

    assert sign_ups(plain, proxy, BALANCER, "10.1.1.3") == PAST_THEM
    answer = httpx2.get(f"{plain}/accounts/login/", headers={"Host": NAME})
    assert (answer.status_code, "Strict-Transport-Security" in answer.headers) == (200, True)


def test_nobody_else_can_tell_an_address(proxy: Behind) -> None:
    assert sign_ups(proxy.url, proxy, SOMEBODY) == PAST_THEM


def test_by_the_proxy_protocol_they_are_told_apart(server: Mortal) -> None:
    with BehindTLS(server) as proxy:

        def attempts(source: str, person: str) -> list[int]:
            return [attempt(proxy.connect(source, person)) for _ in range(SIGN_UPS + 1)]

        assert attempts(BALANCER, "10.1.1.4") == PAST_THEM
        assert attempts(BALANCER, "10.1.1.5") == PAST_THEM
        varied = [attempt(proxy.connect("127.0.0.7", f"10.2.2.{number}")) for number in range(4)]
        assert varied == PAST_THEM


def attempt(connected: socket.socket) -> int:
    connection = HTTPConnection(NAME)
    connection.sock = connected
    with closing(connection):
        headers = {"Content-Type": "application/json", "X-Forwarded-For": "10.77.0.1"}
        connection.request("POST", "/api/auth/register/", "{}", headers)
        answer: HTTPResponse = connection.getresponse()
        answer.read()
        return answer.status
