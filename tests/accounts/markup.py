"""A page as a browser reads it, so far as tests have to know."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "link", "input", "br", "hr", "img"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""  # of all that is in it


@dataclass
class Page(HTMLParser):
    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        wanted = attributes.items()
        return [e for e in self.elements if e.tag == tag and wanted <= e.attributes.items()]

    def with_id(self, name: str) -> Element:
        (element,) = [e for e in self.elements if e.attributes.get("id") == name]
        return element

    def field(self, name: str) -> dict[str, str]:
        """The attributes of an input."""
        (element,) = self.all("input", name=name)
        return element.attributes

    def error_at(self, name: str) -> str:
        """What stands at a field, and is read out with it."""
        (widget,) = [e for e in self.elements if e.attributes.get("name") == name]
        assert widget.attributes["aria-invalid"] == "true"
        assert f"id_{name}_error" in widget.attributes["aria-describedby"].split()
        return self.with_id(f"id_{name}_error").text

    def chosen(self, name: str) -> list[str]:
        """The value of the option that is chosen in the one select of the page."""
        assert [e.attributes["name"] for e in self.all("select")] == [name]
        return [e.attributes["value"] for e in self.all("option") if "selected" in e.attributes]


def read(answer: Any) -> Page:
    page = Page()
    page.feed(answer.content.decode())
    return page
