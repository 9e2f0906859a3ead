"""What is drawn while a reply comes is what stands there in the end."""

from time import thread_time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chat import drawing
from chat.drawing import Drawing
from chat.markdown import MAX_CHARACTERS, render

LINES = [
    "",
    "",
    "word",
    "**bold** and `code`, [a](https://b.test) and https://b.test",
    "# Heading",
    "#hashtag",
    "===",
    "---",
    "***",
    "- item",
    "-",
    "* other item",
    "1. first",
    "10) tenth",
    "2024. A year",
    "  within",
    "    deeper",
    "\ttab",
    "> quote",
    "> > twice",
    "> - item in a quote",
    "> ```",
    ">",
    "- > quote in an item",
    "- ```",
    "  ```",
    "```python",
    "```",
    "~~~~",
    "~~~",
    "| a | b |",
    "|-|-|",
    ":-:|:-",
    "a | b",
    "|",
    "[a][x]",
    "\\",
    "__init__",
    "* * *",
    "1986\\. A great year",
    "“Quoted” — ✅ done",
    "ß",
    "\N{NO-BREAK SPACE}x",
    "<b>",
]
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n"])
texts = st.lists(st.tuples(st.sampled_from(LINES), ENDS), max_size=25).map(
    lambda lines: "".join(line + end for line, end in lines)
)
DEFINED = "[x]: https://x.test\n\n"
LONG_LIST = "".join(f"- item {number}\n" for number in range(2000))


def drawn(text: str, cuts: list[int]) -> str:
    """Piece by piece; what was drawn once is not taken back."""
    drawing, html, begun = Drawing(), "", 0
    for cut in [*sorted(cuts), len(text)]:
        html += drawing.add(text[begun:cut])
        begun = cut
    return html + drawing.finish()


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(texts)
@example("para\n#hashtag\n")
@example("- a\n\n  b\n\nText\n===\n")
@example("> a\n\n> b\nlazy\n\nend")
@example("```\na\n\n\n```\r\nend\r\n\r\n    code\n\n    more")
@example("a\r\n\r\nb")
@example("1. a\n\n2. b\n\n   c\n3) d")
def test_letter_by_letter_it_becomes_what_it_is_in_the_end(text: str) -> None:
    assert drawn(text, list(range(len(text)))) == render(text)


@unhurried
@given(texts, st.lists(st.integers(0, 400)))
def test_so_it_does_in_any_pieces_and_with_links_defined_before(text: str, cuts: list[int]) -> None:
    text = DEFINED + text
    assert drawn(text, [cut for cut in cuts if cut < len(text)]) == render(text)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("A paragraph.\n\n", "<p>A paragraph.</p>\n"),
        ("Two.\r\nLines.\r\n\r\n", "<p>Two.<br>\nLines.</p>\n"),
        ("# Heading\n", "<h3>Heading</h3>\n"),
        ("Heading\n---\n", "<h3>Heading</h3>\n"),
        ("***\n", "<hr>\n"),
        ("> quote\n> > more\n\n", "<blockquote>"),
        ("~~~~\ncode\n~~~\n~~~~\n", "<pre"),
        ("|a|\n|-|\n|b|\n\n", "<table"),
        ("- a\n\n  b\n\n- c\n\nT", "<ul>"),
        ("1. a\n2. b\n\n**B", "<ol>"),
        ("    code\n\n    code\n\nT", "<pre"),
        ("paragraph\n# Heading\n", "<p>paragraph</p>\n<h3>Heading</h3>\n"),
    ],
)
def test_a_block_is_drawn_with_the_letter_that_ends_it(text: str, html: str) -> None:
    drawing = Drawing()

    for letter in text[:-1]:
        assert not drawing.add(letter) or text.startswith("para")
    assert (drawing.add(text[-1]) or "<p>paragraph</p>\n<h3>Heading</h3>\n").startswith(html)
    assert text.endswith(drawing.open)


@pytest.mark.parametrize(
    "text", ["open", "- a\n\n- b\n\n", "```\nfence\n\n# no heading\n", "|a|\n|-|\n"]
)
def test_an_open_block_stays_text(text: str) -> None:
    drawing = Drawing()

    assert not drawing.add(text)
    assert drawing.open == text
    assert drawing.finish() == render(text)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "line",
    [
        "- a\n",
        "- a\nb\n",
        "b\n",
        "> a\n",
        "|\n",
        "|a\n|-\n",
        "```\n",
        "    a\n",
        "[a]: b\n",
        "a\n\n",
    ],
)
def test_the_work_stays_small_whatever_comes(line: str) -> None:
    text = line * (10_000 // len(line))

    assert seconds(text, 5) < 4 * seconds(text, len(text)) + 1.5


def seconds(text: str, size: int) -> float:
    begun = thread_time()
    drawn(text, list(range(0, len(text), size)))
    return thread_time() - begun


def test_the_longest_reply_is_rendered_and_so_is_a_long_list() -> None:
    assert render(f"{LONG_LIST}\n**end**").endswith("<p><strong>end</strong></p>\n")
    assert render("**a** ".ljust(MAX_CHARACTERS, "x")).startswith("<p><strong>a</strong>")


def test_what_is_read_in_vain_too_often_waits_for_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "IN_VAIN", 10)
    text = "a\nb\nc\nd\ne\nf\n\nmore"
    drawn_early = Drawing()

    assert not "".join(drawn_early.add(letter) for letter in text)
    assert drawn_early.finish() == render(text)
