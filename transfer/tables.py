"""Rows of CSV, however they are parted, and cells that no spreadsheet takes for formulas."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from transfer.encodings import lines_of
from transfer.incoming import FileBroken

SEPARATORS = ",;\t|"
FORMULA = re.compile(r"'*[\s=+\-@＝＋－＠]")
MOST_COLUMNS = 200


def separator_of(head: str) -> str:
    """That which parts the first line."""
    first = re.sub(r'"(?:[^"]|"")*+"', "", head.lstrip("\ufeff\r\n").partition("\n")[0])
    return max(SEPARATORS, key=first.count)


def header_of(head: str) -> list[str]:
    """The names of the columns, in small letters and without spaces around them."""
    first = head.lstrip("\ufeff\r\n").splitlines()[:1]
    cells = next(csv.reader(first, delimiter=separator_of(head)), [])
    return [cell.strip().lower() for cell in cells[:MOST_COLUMNS]]


def rows_of(
    file: BinaryIO, head: str, *, even: bool = False
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row but blank ones, by the names of the columns, with the line where it begins.

    ``even``: its program writes all cells of each row, so that it is seen where a file is cut off.
    Raises FileBroken, with the line.
    """
    names = header_of(head)
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=separator_of(head), strict=True)
    line = 1
    try:
        for cells in reader:
            if even and len(cells) < len(names) and not lines.last.endswith(("\n", "\r")):
                raise FileBroken(line, "The row is cut off, and so may be the file.")
            if any(cells) and line > 1:
                yield line, dict(zip(names, cells, strict=False))
            elif any(cells):
                line = 1
            line = reader.line_num + 1
    except csv.Error as fault:
        raise FileBroken(line, f"The row is no CSV: {fault}.") from None


class _Lines:
    """The lines of a file, and the one that was read last."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        for _, line in lines_of(self.file):
            self.last = line
            yield line


def harmless(cell: str) -> str:
    """As it may stand in a spreadsheet; :func:`as_meant` takes it back."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def as_meant(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell, 1) else cell


def line_of(cells: Iterable[str]) -> str:
    """A row as text, each cell in quotes where it has to be."""
    return ",".join(map(_quoted, cells)) + "\r\n"


def _quoted(cell: str) -> str:
    cell = harmless(cell)
    return '"' + cell.replace('"', '""') + '"' if re.search(r'[",;\t\r\n]', cell) else cell
