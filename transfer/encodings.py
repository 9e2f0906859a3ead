"""Files as text, whatever program has written them."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import BinaryIO

from transfer.incoming import FileBroken

LONGEST_LINE = 256 * 1024
HEAD = 4096
PIECE = 64 * 1024
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def encoding_of(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(HEAD)
    for bom, encoding in BOMS.items():
        if head.startswith(bom):
            return encoding
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return "utf-8" if _is_utf8(file) else "cp1252"


def _is_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(PIECE):
            decoder.decode(piece)
    except UnicodeDecodeError:
        return False
    return True  # cut within a character it is UTF-8 all the same


@contextmanager
def text_of(file: BinaryIO) -> Iterator[TextIOWrapper]:
    """UTF-8, UTF-16, or else as Windows writes the letters of Western Europe.

    Ends of lines are as they stand there.
    """
    encoding = encoding_of(file)
    file.seek(0)
    text = TextIOWrapper(file, encoding, errors="replace", newline="")
    try:
        yield text
    finally:
        if not file.closed:
            text.detach()  # or the file would be closed with it


def head_of(file: BinaryIO) -> str:
    with text_of(file) as text:
        return text.read(HEAD)


def lines_of(file: BinaryIO) -> Iterator[tuple[int, str]]:
    """Its lines with their ends, and their numbers from 1. Raises FileBroken for an endless one."""
    with text_of(file) as text:
        number = 0
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE:
                raise FileBroken(number, "It is longer than 256 KiB.")
            yield number, line
