"""A page as a tree, and its forms as a browser without scripts sends them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from conversations.models import Conversation

VOID = {"meta", "link", "input", "br", "hr", "img"}


@dataclass
class Node:
    tag: str
    attributes: dict[str, str]
    children: list["Node | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All words in it, with single spaces."""
        return " ".join("".join(self._words()).split())

    def _words(self) -> Iterator[str]:
        for child in self.children:
            yield from [child] if isinstance(child, str) else child._words()

    def walk(self) -> Iterator["Node"]:
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.walk()

    def all(self, tag: str = "", **attributes: str) -> list["Node"]:
        """Those of this tag (of any where it is blank) that have these attributes."""
        wanted = attributes.items()
        return [n for n in self.walk() if tag in ("", n.tag) and wanted <= n.attributes.items()]

    def one(self, tag: str = "", **attributes: str) -> "Node":
        (node,) = self.all(tag, **attributes)
        return node

    def has(self, tag: str = "", **attributes: str) -> bool:
        return bool(self.all(tag, **attributes))

    def messages(self) -> list["Node"]:
        return self.all("article")

    def button(self, words: str) -> "Node | None":
        """The form with the one button of these words."""
        forms = [f for f in self.all("form") if [b.text for b in f.all("button")] == [words]]
        return forms[0] if forms else None

    def fields(self) -> dict[str, str]:
        """What a form would send, but for the token of CSRF."""
        named = {i.attributes["name"]: i.attributes.get("value", "") for i in self.all("input")}
        return {name: value for name, value in named.items() if name != "csrfmiddlewaretoken"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.path = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.path[-1].children.append(node)
        if tag not in VOID:
            self.path.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.path.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.path.pop().tag == tag, f"a stray </{tag}>"

    def handle_data(self, data: str) -> None:
        self.path[-1].children.append(data)


def read(answer: Any, status: int = 200) -> Node:
    assert answer.status_code == status
    reader = _Reader()
    reader.feed(answer.content.decode())
    reader.close()
    assert len(reader.path) == 1, f"<{reader.path[-1].tag}> is not closed"
    return reader.path[0]


def submit(browser: Client, form: Node | None) -> Any:
    """Press the button of a form; a browser sends its line breaks as CR LF."""
    assert form, "there is no such form"
    fields = {name: value.replace("\n", "\r\n") for name, value in form.fields().items()}
    return browser.post(form.attributes["action"], fields)


def notice(page: Node) -> str:
    """What the page tells on top."""
    return page.one(id="notices").text


def last_message(browser: Client, conversation: Conversation) -> Node:
    """As the page of the conversation shows it."""
    return read(browser.get(f"/c/{conversation.pk}/")).messages()[-1]
