"""What was written is shown with its form, and can do no harm."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import CssLexer
from pygments.token import STANDARD_TYPES

from chat import markdown
from chat.markdown import render
from tests.payloads import EXFILTRATION, XSS

REL = "noopener noreferrer nofollow ugc"
PLAIN = ["bdi", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "p", "s"]
ALLOWED: dict[str, set[str]] = {
    **{name: set() for name in [*PLAIN, "strong", "table", "tbody", "thead", "tr", "ul"]},
    "a": {"href", "rel", "target"},
    "ol": {"start"},
    "pre": {"class", "tabindex"},
    "table": {"tabindex"},
    "span": {"class"},
    "td": {"align"},
    "th": {"align"},
}
CLASSES = {"pre": {"code"}, "span": set(STANDARD_TYPES.values())}

Element = tuple[str, dict[str, str | None]]


class Reader(HTMLParser):
    """The elements and the text of a piece of HTML; nothing else may be in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    unknown_decl = handle_pi = handle_decl

    def links(self) -> Iterator[str]:
        for tag, attributes in self.elements:
            if tag == "a":
                yield attributes["href"] or ""


def read_harmless(html: str) -> Reader:
    reader = Reader(html)
    for tag, attributes in reader.elements:
        assert tag in ALLOWED, html
        assert set(attributes) <= ALLOWED[tag], html
        assert (attributes.get("class") or "") in CLASSES.get(tag, {""}), html
        if tag == "a":
            assert markdown.ADDRESS.fullmatch(attributes["href"] or ""), html
            assert attributes["rel"] == REL
            assert attributes["target"] == "_blank"
    return reader


# Harm


def test_there_are_enough_of_them_and_no_two_are_the_same() -> None:
    assert len(set(XSS)) == len(XSS) >= 60
    assert len(set(EXFILTRATION)) == len(EXFILTRATION) >= 20


@pytest.mark.parametrize("payload", [*XSS, *EXFILTRATION])
def test_no_text_becomes_markup_that_does_anything(payload: str) -> None:
    read_harmless(render(payload))


@pytest.mark.parametrize("payload", [*XSS, *EXFILTRATION])
@pytest.mark.parametrize("around", ["> %s", "- %s", "**%s**", "[%s](https://a.test)", "|%s|\n|-|"])
def test_nor_within_other_text(around: str, payload: str) -> None:
    read_harmless(render(around % payload))


@pytest.mark.parametrize("payload", [*XSS, *EXFILTRATION])
def test_what_the_sanitiser_is_given_does_not_count_on_markdown(payload: str) -> None:
    html = markdown._cleaner.clean(payload)

    for tag, attributes in Reader(html).elements:
        assert tag in ALLOWED, html
        assert set(attributes) <= ALLOWED[tag], html
        assert (attributes.get("href") or "https:").startswith(("http:", "https:", "mailto:"))


@pytest.mark.parametrize("payload", EXFILTRATION)
def test_a_link_shows_where_it_leads(payload: str) -> None:
    reader = read_harmless(render(payload))

    for href in reader.links():
        assert (href in reader.text) or f"({host_of(href)})" in reader.text


def host_of(href: str) -> str:
    address = markdown.ADDRESS.fullmatch(href)
    assert address
    return str(address["host"] or address["mailbox"])


PIECES = [*"[]()<>!`*_#|\\\"'&:;/-=~\n\t ", "http://a.test", "javascript:", "<a href=", "```html\n"]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=60).map("".join))
def test_whatever_is_written_is_harmless(text: str) -> None:
    read_harmless(render(text))


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1))
def test_words_come_out_as_they_went_in(text: str) -> None:
    assert render(text) == f"<p>{text}</p>\n"


# Links


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[the bank](https://evil.test/x)", "the bank (evil.test)"),
        ("[the bank][1]\n\n[1]: https://evil.test/x", "the bank (evil.test)"),
        ("[evil.test](https://evil.test/)", "evil.test (evil.test)"),
        ("[https://bank.test](https://evil.test)", "https://bank.test (evil.test)"),
        ("[**`x`**](https://evil.test:8443?a=1)", "x (evil.test)"),
        ("[me](mailto:ada@example.org)", "me (ada@example.org)"),
        ("[here](http://[::1]:80/)", "here ([::1])"),
        ("![a cat](https://evil.test/cat.png)", "!a cat (evil.test)"),
        ("<https://аррӏе.com/>", "https://аррӏе.com/ (xn--80ak6aa92e.com)"),
        ("https://example.org", "https://example.org"),
        ("<https://example.org/a?b=c>", "https://example.org/a?b=c"),
        ("[https://example.org/a](https://example.org/a)", "https://example.org/a"),
        ("<ada@example.org>", "ada@example.org"),
    ],
)
def test_the_host_stands_behind_a_text_that_is_not_the_address(text: str, shown: str) -> None:
    assert Reader(render(text)).text.strip() == shown


BARE = [
    ("See https://a.test/x_y_z, please.", "https://a.test/x_y_z"),
    ("(https://en.wikipedia.org/wiki/Milk_(drink))", "https://en.wikipedia.org/wiki/Milk_(drink)"),
    ("HTTP://A.TEST:8000/?q=1&r=2#s!", "HTTP://A.TEST:8000/?q=1&r=2#s"),
    ("https://a.test/Köln?", "https://a.test/Köln"),
    ("“https://a.test/”", "https://a.test/"),
    ("**https://a.test**", "https://a.test"),
    ("www.example.org/a.", "www.example.org/a"),
    ("http://[::1]:80/x", "http://[::1]:80/x"),
    ("- one\n- https://a.test", "https://a.test"),
]


@pytest.mark.parametrize(("text", "address"), BARE)
def test_a_bare_address_is_a_link_that_says_no_more_than_itself(text: str, address: str) -> None:
    for reader in (read_harmless(render(text)), read_harmless(markdown.linked(text))):
        (href,) = reader.links()

        assert href == (address if address[:4] != "www." else f"https://{address}")
        assert "(" not in reader.text or "(" in text
    assert reader.text == text


@pytest.mark.parametrize(
    "text",
    [
        "https://",
        "http://x@evil.test",
        "https://bank.test@evil.test/",
        "https://аррӏе.com",
        "example.org",
        "www.",
        "xhttps://a.test",
        "ada@www.example.org",
        "`https://a.test`",
        "```\nhttps://a.test\n```",
        "javascript://a.test/%0Aalert(1)",
    ],
)
def test_what_only_resembles_one_is_none(text: str) -> None:
    assert list(read_harmless(render(text)).links()) == []


@pytest.mark.parametrize("payload", [*XSS, *EXFILTRATION])
def test_what_a_person_wrote_does_nothing_either(payload: str) -> None:
    html = markdown.linked(payload)
    reader = read_harmless(html)

    assert {tag for tag, _ in reader.elements} <= {"a"}
    for href in reader.links():
        assert href.removeprefix("https://") in reader.text


@given(st.text())
def test_what_a_person_wrote_stays_to_the_letter(text: str) -> None:
    assert Reader(markdown.linked(text)).text == markdown.normal(text)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "/admin/",
        "admin",
        "#top",
        "//evil.test",
        "https:evil.test",
        "https:///evil.test",
        "https://bank.test@evil.test",
        "https://bank.test:x@evil.test",
        "https://evil%2etest/",
        "mailto:a@b.test?bcc=spy@evil.test",
        "ftp://example.org",
    ],
)
def test_any_other_address_is_shown_as_it_was_written(address: str) -> None:
    reader = read_harmless(render(f"[a]({address})"))

    assert list(reader.links()) == []
    assert reader.text.strip() == f"[a]({address})"


def test_a_link_tells_nobody_where_it_was() -> None:
    html = f'<a href="https://example.org/" target="_blank" rel="{REL}">'

    assert html in render("[a](https://example.org/ 'a title')")


# Form


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[a]: https://b.test", "<p>[a]: https://b.test</p>"),
        ("One.\nTwo.\n\nThree.", "<p>One.<br>\nTwo.</p>\n<p>Three.</p>\n"),
        ("# a\n## b\n### c\n###### d", "<h3>a</h3>\n<h4>b</h4>\n<h5>c</h5>\n<h6>d</h6>\n"),
        ("### a\n## b\n##### c\n# d", "<h3>a</h3>\n<h4>b</h4>\n<h5>c</h5>\n<h3>d</h3>\n"),
        ("Title\n===", "<h3>Title</h3>\n"),
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>\n"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
        (
            "- a\n  - b\n- c",
            "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ul>\n",
        ),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        ("- [x] done", "<ul>\n<li>[x] done</li>\n</ul>\n"),
        ("---", "<hr>\n"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>\n"),
        ("<b>bold</b>", "<p>&lt;b&gt;bold&lt;/b&gt;</p>\n"),
        ("a\\*b\\*", "<p>a*b*</p>\n"),
        ("Мир 🌍 مرحبا", "<p>Мир 🌍 مرحبا</p>\n"),
    ],
)
def test_markdown_is_shown_as_one_expects(text: str, html: str) -> None:
    assert render(text) == html


def test_a_table_keeps_its_alignment_and_can_be_scrolled_by_keyboard() -> None:
    html = render("|a|b|c|d|\n|-|:-|:-:|-:|\n|1|2|3|4|").replace("\n", "")

    assert html == (
        '<table tabindex="0"><thead><tr>'
        '<th>a</th><th align="left">b</th><th align="center">c</th><th align="right">d</th>'
        "</tr></thead><tbody><tr>"
        '<td>1</td><td align="left">2</td><td align="center">3</td><td align="right">4</td>'
        "</tr></tbody></table>"
    )


@pytest.mark.parametrize(
    "block", ["```\na <b>\n  c\n```", "    a <b>\n      c", "~~~~\na <b>\n  c\n"]
)
def test_code_keeps_its_lines_and_can_be_scrolled_by_keyboard(block: str) -> None:
    assert render(block) == (
        '<pre class="code" tabindex="0"><code>a &lt;b&gt;\n  c\n</code></pre>\n'
    )


@pytest.mark.parametrize("language", sorted(markdown.LANGUAGES))
def test_code_of_a_known_language_has_colours(language: str) -> None:
    code = '\n\n+ <b> if "x" 1 }  \n'
    reader = read_harmless(render(f"```{language.upper()}\n{code}```"))

    assert [tag for tag, _ in reader.elements].count("span") > 0
    assert reader.text.strip("\n") == code.strip("\n")


def test_the_time_that_the_rules_of_a_language_take_to_be_made_counts_for_no_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(markdown, "HIGHLIGHTING", 0.01)  # they take 0.04 s and more
    CssLexer()
    del CssLexer._tokens  # as in a new process

    assert "<span" in render("```css\np { color: teal }  /* a first block */\n```")


@pytest.mark.parametrize("language", ["", "klingon", "text", "../../etc/passwd"])
def test_other_code_has_none(language: str) -> None:
    assert render(f"```{language}\nif 1\n```") == (
        '<pre class="code" tabindex="0"><code>if 1\n</code></pre>\n'
    )
