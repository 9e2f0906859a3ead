"""What was written, as HTML that can do no harm: it asks for nothing, runs nothing, hides nothing.

Markdown as in CommonMark, with tables and crossed-out text. Bounds keep the work small: beyond them
the text is shown as it was written. What has been rendered is kept for the next time.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from time import thread_time
from typing import Any

import nh3
import pygments
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

MAX_CHARACTERS = 10_000  # of brackets, the worst, these take 0.1 s
MAX_CELLS = 10_000  # a table fills up short rows: without a bound 2 kB become 700
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
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)


@lru_cache(maxsize=RENDERED)
def render(text: str) -> SafeString:
    html = _from_markdown(text) or linebreaks(text, autoescape=True)
    return mark_safe(_cleaner.clean(html))  # noqa: S308 - this is what makes it safe


def _from_markdown(text: str) -> str:
    """Empty for what is beyond the bounds, or would not be seen."""
    if len(text) > MAX_CHARACTERS or _cells(text) > MAX_CELLS:
        return ""
    tokens = _markdown.parse(text)
    if any(token.level >= MAX_DEPTH - 1 for token in tokens):  # what is deeper has been left out
        return ""
    options: Any = {**_markdown.options, "highlight": _Highlighter()}
    html: str = _markdown.renderer.render(tokens, OptionsDict(options), {})
    # They scroll, by keyboard too.
    return html.replace("<pre>", '<pre class="code" tabindex="0">').replace(
        "<table>", '<table tabindex="0">'
    )


def _cells(text: str) -> int:
    """At most so many cells has a table in it."""
    lines = text.splitlines()
    return len(lines) * max((line.count("|") + 1 for line in lines), default=0)


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the name is the library's
        return ADDRESS.fullmatch(url) is not None


def _fit_in(state: StateCore) -> None:
    """Headings below those of the page, and without a gap; a cell's alignment without a style."""
    level = 2
    for token in state.tokens:
        if token.type == "heading_open":
            level = min(int(token.tag[1]) + 2, level + 1, 6)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{level}"
        elif "style" in token.attrs:
            token.attrs = {"align": str(token.attrs["style"]).removeprefix("text-align:")}


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
    if address is None or text in (href, address["mailbox"]):
        return "</a>"
    return f"</a> <bdi>({escape(address['host'] or address['mailbox'])})</bdi>"


_options = {
    "html": False,
    "linkify": False,
    "breaks": True,
    "maxNesting": MAX_DEPTH,
}
_markdown = _Markdown("js-default", _options).disable("image")
_markdown.core.ruler.push("fit_in", _fit_in)
_markdown.add_render_rule("link_close", _end_link)
