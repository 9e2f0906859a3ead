"""However long or odd a text is, the work of rendering it stays small."""

from time import thread_time

import pytest

from chat import markdown
from chat.markdown import render

LONG = 10_000  # characters


def shown_as_written(text: str) -> bool:
    """And what stands before it is not."""
    html = render(f"# a\n\n{text}")
    assert html.startswith("<h3>a</h3>")
    return not any(f"<{tag}" in html for tag in ("table", "blockquote", "ul"))


def test_a_text_beyond_all_replies_is_shown_as_written_with_its_lines() -> None:
    text = "**a** <b>\nb\n\nc".ljust(markdown.MAX_CHARACTERS + 1, "x")

    assert render(text).startswith("<p>**a** &lt;b&gt;<br>b</p>\n\n<p>cxx")
    assert render(text[:-1]).startswith("<p><strong>a</strong>")


def test_so_is_a_table_that_would_grow() -> None:
    columns, rows = 200, 900
    wide = f"{'|a' * columns}|\n{'|-' * columns}|\n" + "|\n" * rows

    assert shown_as_written(wide)
    assert len(render(wide)) < 10 * len(wide)
    assert not shown_as_written(f"{'|a' * 20}|\n{'|-' * 20}|\n" + "|\n" * 100)


@pytest.mark.parametrize("deep", [">" * 60 + " end", "- " * 60 + "end", "> - " * 30 + "end"])
def test_so_is_what_is_too_deep_and_nothing_of_it_is_lost(deep: str) -> None:
    assert shown_as_written(deep)
    assert "end" in render(deep)


def test_eight_lists_within_one_another_are_not_too_deep() -> None:
    nested = "\n".join(f"{'  ' * depth}- {depth}" for depth in range(8))

    assert render(nested).count("<ul>") == 8


def test_long_code_has_no_colours() -> None:
    code = "if 1\n" * (markdown.MAX_HIGHLIGHTED // 5)

    assert "<span" in render(f"```python\n{code}```")
    assert "<span" not in render(f"```python\nx{code}```")


LINKS = [
    "www.a.b ",
    "http://a.b",
    "https://",
    "http://a.b(",
    "[",
    "![",
    "[a](",
    "[a][",
    "[a](http://b) ",
    "[a]: b\n",
    "<",
    "<a:",
    "&amp;",
    "\\",
    '"',
]
MARKS = [
    "*a ",
    "*_",
    "~~a ",
    "`a",
    "> ",
    "- ",
    "1. ",
    "#\n",
    "a\n",
    "```js\n",
    "\t",
    "|a",
    "|\n|-|\n",
]


@pytest.mark.no_cover
@pytest.mark.parametrize("piece", [*LINKS, *MARKS])
def test_what_comes_out_grows_as_what_goes_in(piece: str) -> None:
    for characters in (LONG // 2, LONG, 2 * LONG):
        text = (piece * characters)[:characters]

        assert len(render(text)) <= 20 * characters


def seconds(text: str) -> float:
    """Of the processor, for a text that was not seen before; the best of three."""

    def once() -> float:
        render.cache_clear()
        begun = thread_time()
        render(text)
        return thread_time() - begun

    return min(once() for _ in range(3))


def fenced(language: str, piece: str, blocks: int = 5) -> str:
    code = (piece * markdown.MAX_HIGHLIGHTED)[: markdown.MAX_HIGHLIGHTED - 50]
    return f"```{language}\n{code}\n```\n" * blocks


CODE = ["a.", "\n  ", "%", "@", "&", "**", "`", '"""', "/*", "<a ", "x"]


@pytest.mark.no_cover
@pytest.mark.parametrize("piece", CODE)
@pytest.mark.parametrize("language", ["ts", "js", "python", "yaml", "html", "xml"])
def test_no_code_takes_long(language: str, piece: str) -> None:
    assert seconds(fenced(language, piece)) < 0.2


SHORT_CODE = "```python\nif 1: pass\n```\n"


@pytest.mark.parametrize("language", ["js", "python", "yaml"])
def test_the_colours_of_other_texts_do_not_suffer(language: str) -> None:
    render(fenced(language, "a."))

    assert "<span" in render(SHORT_CODE)


@pytest.mark.no_cover
@pytest.mark.parametrize("piece", [*LINKS, *MARKS, "**a", "> > ", "- - ", "\n  - a", "a\n===\n"])
def test_the_work_grows_as_the_text_does(piece: str) -> None:
    """Four times the text, at most some eight times the work."""
    quarter = piece * (LONG // 4 // len(piece))

    assert seconds(quarter * 4) < 8 * seconds(quarter) + 0.1


def test_what_was_rendered_is_kept() -> None:
    text = fenced("python", "if a:\n    b = 1\n")
    first = seconds(text)
    begun = thread_time()

    again = [render(text) for _ in range(100)]

    assert thread_time() - begun < first
    assert all(html is again[0] for html in again)


def test_but_only_so_many_texts() -> None:
    for number in range(2 * markdown.RENDERED):
        render(f"number {number}")

    assert render.cache_info().currsize == markdown.RENDERED
