"""nginx in front of Todo Chat, with the site that is shipped in deploy/."""

import os
import re
import shutil
import socket
import ssl
import subprocess
from functools import cached_property
from http.client import HTTPResponse
from pathlib import Path

import httpx2

from tests.servers import ROOT, Server, free_port

SITE = ROOT / "deploy" / "nginx.conf"
NAME = "chat.example.org"
SHIPPED_NODE = re.compile(r"\n *#?server [\d.]+:8000([^;\n]*);")
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
MAIN = """
daemon off;
pid {folder}/pid;
{user}
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Nginx(Server):
    """For what answers on ports of this machine; several are nodes that do the same.

    The site's times are some of ``seconds``. Its own ``port`` speaks TLS, with the certificate in
    ``folder``; ``plain_port`` does not. Static files are in ``folder``, in ``static``, if any.
    """

    def __init__(self, *behind: int, folder: Path | None = None, **seconds: int) -> None:
        super().__init__(folder)
        self.plain_port = free_port()
        self._behind, self._seconds = behind, seconds

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._make_certificate()
        (self.folder / "site.conf").write_text(self._site())
        # The folder is ours alone, so the workers have to be ourselves.
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder, user=user))
        command = [NGINX, "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", "stderr"]
        self._run([str(word) for word in command], {})

    @cached_property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.folder / "fullchain.pem")

    def log(self, name: str) -> str:
        return (self.folder / f"todo-chat.{name}.log").read_text()

    def connect(self) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        return self.trust.wrap_socket(plain, server_hostname="127.0.0.1")

    def _site(self) -> str:
        site = re.sub(r"\n *listen \[::\].*", "", SITE.read_text())
        one, *more = SHIPPED_NODE.finditer(site)
        shipped = one if len(self._behind) == 1 else more[0]
        nodes = "".join(f"\n    server 127.0.0.1:{port}{shipped[1]};" for port in self._behind)
        site = SHIPPED_NODE.sub("", site)
        places = {
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            "upstream todo_chat {": f"upstream todo_chat {{{nodes}",
            f"/etc/letsencrypt/live/{NAME}/": f"{self.folder}/",
            "/var/log/nginx/": f"{self.folder}/",
            "root /var/www/todo-chat;": f"root {self.folder};",
        }
        for shipped, ours in places.items():
            assert shipped in site
            site = site.replace(shipped, ours)
        for name, seconds in self._seconds.items():
            site, times = re.subn(rf"\b{name} \d+s;", f"{name} {seconds}s;", site)
            assert times
        return site

    def _make_certificate(self) -> None:
        """The same for whoever has trusted it, also after a restart."""
        if (self.folder / "fullchain.pem").exists():
            return
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
        command += ["ec_paramgen_curve:P-256", "-nodes", "-days", "365", "-subj", f"/CN={NAME}"]
        command += ["-addext", f"subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:{NAME}"]
        command += ["-keyout", "privkey.pem", "-out", "fullchain.pem"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except OSError:
            return False
        return True


def through(proxy: Nginx, address: str = "127.0.0.1") -> httpx2.Client:
    """All of 127.0.0.0/8 are addresses of this machine."""
    transport = httpx2.HTTPTransport(verify=proxy.trust, local_address=address)
    headers = {"Host": NAME}
    return httpx2.Client(base_url=proxy.url, headers=headers, transport=transport, timeout=60)


def ask(proxy: Nginx, data: bytes) -> tuple[HTTPResponse, str]:
    with proxy.connect() as connection:
        connection.sendall(data)
        answer = HTTPResponse(connection)
        answer.begin()
        return answer, answer.read().decode()


def is_held(connection: socket.socket) -> bool:
    """Neither answered nor closed."""
    connection.setblocking(False)
    try:
        connection.recv(1)
    except ssl.SSLWantReadError:
        return True
    finally:
        connection.settimeout(30)
    return False
