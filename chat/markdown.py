"""What was written, as HTML that can do no harm: it asks for nothing, runs nothing, hides nothing.

Markdown as in CommonMark, with tables, crossed-out text and bare addresses. It is rendered block by
block, so that what is still coming (`chat/drawing.py`) looks as it will in the end. Bounds keep the
work small: a block beyond them is shown as it was written. What has been rendered is kept for the
next time.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from time import thread_time
from typing import Any, NamedTuple

import nh3
import pygments
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as table_rule
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

MAX_CHARACTERS = 100_000  # of brackets, the worst, these take 1 s; a reply has no more
MAX_FILLED = 10_000  # cells: a table fills up short rows, without a bound 2 kB become 700
MAX_DEPTH = 20  # each level costs another look at every bracket
MAX_HIGHLIGHTED = 2_000  # characters of a block
HIGHLIGHTING = 0.05  # seconds of the processor for a text; the expressions of lexers are quadratic
RENDERED = 256  # texts whose HTML is kept in each process

# fmt: off
LANGUAGES = {
    "bash", "css", "diff", "go", "html", "javascript", "js", "json", "py", "python", "rust", "sh",
    "shell", "sql", "toml", "ts", "typescript", "xml", "yaml", "yml",
}
TAGS = {
    "a", "bdi", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}
# fmt: on
# A plain host, in ASCII, and no name of a user before it that could be taken for one.
ADDRESS = re.compile(
    r"https?://(?P<host>[\w.-]+|\[[\da-f:.]+\])(:\d+)?([/?#].*)?|mailto:(?P<mailbox>[\w.+-]+@[\w.-]+)",
    re.ASCII | re.IGNORECASE,
)
# In running text: behind a space or a mark, and without the punctuation that follows it.
BARE = re.compile(
    r"(?<![\w@./:=&?#%+-])(?:https?://|www\.(?=[a-z0-9-]+\.[a-z]))[a-z0-9\[][^\s<>\"`|\\^{}]*"
    r"(?<![.,;:!?'*_~(\[“”‘’«»…])",
    re.IGNORECASE,
)
ALIGNMENTS = {"align": {"left", "center", "right"}}
SCROLLS = {"tabindex": {"0"}}  # with a place for the keyboard

_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes={"a": {"href"}, "ol": {"start"}, "*": set()},  # else a title, too
    tag_attribute_values={
        "th": ALIGNMENTS,
        "td": ALIGNMENTS,
        "pre": SCROLLS,
        "table": SCROLLS,
    },
    allowed_classes={"pre": {"code"}, "span": set(STANDARD_TYPES.values())},
    link_rel="noopener noreferrer nofollow ugc",
    set_tag_attribute_values={"a": {"target": "_blank"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)


@lru_cache(maxsize=RENDERED)
def render(text: str) -> SafeString:
    """As it was written, where it is too long, or nothing of it would be seen."""
    if len(text) > MAX_CHARACTERS:
        return as_written(text)
    rendering, text = Rendering(), normal(text)
    html = "".join(rendering.write(block, text) for block in rendering.read(text))
    return mark_safe(html) if html else as_written(text)  # noqa: S308 - it is clean


def as_written(text: str) -> SafeString:
    return _clean(linebreaks(text, autoescape=True))


def normal(text: str) -> str:
    """With line feeds alone, and without what cannot be shown."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")


@lru_cache(maxsize=RENDERED)
def linked(text: str) -> SafeString:
    """A text that is no Markdown: as it was written, and its bare addresses are links."""
    pieces = (
        f'<a href="{escape(href)}">{escape(piece)}</a>' if href else escape(piece)
        for piece, href in _addresses(normal(text))
    )
    return _clean("".join(pieces))


class Block(NamedTuple):
    """A part of a text that stands in no other: its lines, from 0, the last of them left out."""

    first: int
    end: int
    tokens: list[Token]


class Rendering:
    """Of one text from its beginning on, block by block.

    A block is read with what was before it: the level of the last heading, links that are defined,
    how many cells were filled up, and how much time for colours is left.
    """

    def __init__(self) -> None:
        self._behind: dict[str, Any] = {"level": 2, "filled": 0}
        highlight: Any = {**_markdown.options, "highlight": _Highlighter()}
        self._options = OptionsDict(highlight)

    def read(self, text: str) -> list[Block]:
        """The blocks of a text that is `normal`; it may be read again with more behind it."""
        tokens: list[Token] = []
        env = self._behind | {"references": self._behind.setdefault("references", {})}
        _markdown.block.parse(text, _markdown, env, tokens)
        return list(_blocks(tokens))

    def write(self, block: Block, text: str) -> SafeString:
        """The next block of ``text``, in which it was read."""
        if any(token.level >= MAX_DEPTH - 1 for token in block.tokens):  # deeper ones were left out
            return as_written("\n".join(text.split("\n")[block.first : block.end]))
        self._behind["filled"] += sum(token.meta.get("filled", 0) for token in block.tokens)
        state = StateCore("", _markdown, self._behind, block.tokens)
        _markdown.core.process(state)
        html: str = _markdown.renderer.render(state.tokens, self._options, self._behind)
        # They scroll, by keyboard too.
        html = html.replace("<pre>", '<pre class="code" tabindex="0">')
        return _clean(html.replace("<table>", '<table tabindex="0">'))


def _clean(html: str) -> SafeString:
    return mark_safe(_cleaner.clean(html))  # noqa: S308 - this is what makes it safe


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    begun = 0
    for place, token in enumerate(tokens, 1):
        if token.level == 0 and token.nesting <= 0:
            first, end = tokens[begun].map or [0, 0]
            yield Block(first, end, list(tokens[begun:place]))
            begun = place


def _table(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """The library's rule, but for tables with too many cells that nobody has written."""
    if not table_rule(state, first, end, True):
        return False
    filled = _cells_to_fill(state, first, end)
    if state.env["filled"] + filled > MAX_FILLED:
        return False
    if not silent:
        state.env["filled"] += filled
        begun = len(state.tokens)
        table_rule(state, first, end, False)
        state.tokens[begun].meta["filled"] = filled
    return True


def _cells_to_fill(state: StateBlock, first: int, end: int) -> int:
    """At most so many; a row more or less at its end makes no difference."""
    columns, filled = _line(state, first).count("|") + 1, 0
    for number in range(first + 2, end):
        line = _line(state, number)
        if not line.strip():
            break
        filled += max(0, columns - line.count("|") - 1)
    return filled


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] : state.eMarks[number]]


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the name is the library's
        return ADDRESS.fullmatch(url) is not None


def _fit_in(state: StateCore) -> None:
    """Headings below those of the page, and without a gap; a cell's alignment without a style."""
    for token in state.tokens:
        if token.type == "heading_open":
            state.env["level"] = min(int(token.tag[1]) + 2, state.env["level"] + 1, 6)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{state.env['level']}"
        elif "style" in token.attrs:
            token.attrs = {"align": str(token.attrs["style"]).removeprefix("text-align:")}


def _link_addresses(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and BARE.search(token.content):
            token.children = list(_with_links(token.children or []))


def _with_links(tokens: Sequence[Token]) -> Iterator[Token]:
    links = 0
    for token in tokens:
        links += token.nesting if token.type.startswith("link_") else 0
        if token.type != "text" or links:
            yield token
            continue
        for piece, href in _addresses(token.content):
            text = Token("text", "", 0, content=piece)
            if not href:
                yield text
                continue
            yield Token("link_open", "a", 1, attrs={"href": href}, info="bare")
            yield text
            yield Token("link_close", "a", -1)


def _addresses(text: str) -> Iterator[tuple[str, str]]:
    """The pieces of a text, each with the address that it is, if it is one."""
    told = 0
    for found in BARE.finditer(text):
        piece = _without_brackets(found[0])
        href = piece if piece[:4].lower() == "http" else f"https://{piece}"
        if ADDRESS.fullmatch(href):
            yield text[told : found.start()], ""
            yield piece, href
            told = found.start() + len(piece)
    yield text[told:], ""


def _without_brackets(address: str) -> str:
    """Up to the first bracket that is closed but was not opened in it: it is around the address."""
    depth = {")": 0, "]": 0}
    for place, letter in enumerate(address):
        if letter in "([":
            depth[")" if letter == "(" else "]"] += 1
        elif letter in depth:
            depth[letter] -= 1
            if depth[letter] < 0:
                return address[:place].rstrip(".,;:!?'*_~")
    return address


class _Highlighter:
    """For the code of one text, while its time is not used up."""

    def __init__(self) -> None:
        self._left = HIGHLIGHTING

    def __call__(self, code: str, language: str, _attributes: str) -> str:
        """Empty for code that stays as it is."""
        if language.lower() not in LANGUAGES or len(code) > MAX_HIGHLIGHTED:
            return ""
        lexer = get_lexer_by_name(language, stripnl=False)  # the first of a process takes 0.1 s
        tokens = []
        end = thread_time() + self._left
        for token in lexer.get_tokens(code):
            self._left = end - thread_time()
            if self._left < 0:
                return ""
            tokens.append(token)
        return str(pygments.format(tokens, HtmlFormatter(nowrap=True)))


def _end_link(
    self: RendererHTML, tokens: Sequence[Token], end: int, options: OptionsDict, env: EnvType
) -> str:
    """Behind it the host that it leads to, unless its text is the address: no text hides that."""
    start = next(place for place in range(end, -1, -1) if tokens[place].type == "link_open")
    href = str(tokens[start].attrs["href"])
    address = ADDRESS.fullmatch(href)
    text = "".join(token.content for token in tokens[start:end])
    is_bare = tokens[start].info == "bare"
    if address is None or is_bare or text in (href, address["mailbox"]):
        return "</a>"
    return f"</a> <bdi>({escape(address['host'] or address['mailbox'])})</bdi>"


_options = {
    "html": False,
    "linkify": False,
    "breaks": True,
    "maxNesting": MAX_DEPTH,
}
_markdown = _Markdown("js-default", _options).disable(["image", "normalize", "block"])
_markdown.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
_markdown.core.ruler.push("fit_in", _fit_in)
_markdown.core.ruler.push("link_addresses", _link_addresses)
_markdown.add_render_rule("link_close", _end_link)
