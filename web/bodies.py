"""How large a body may be: files that are imported are larger than all else, and so is a
conversation that a client sends whole with every message."""

from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings

IN_MEMORY = 256 * 1024
PIECE = 64 * 1024


def limit_of(path: str) -> int:
    """In bytes, for a request to ``path``, with its slash at the end or without."""
    if path.rstrip("/") in settings.IMPORT_PATHS:
        return int(settings.IMPORT_MAX_MB * 1024 * 1024)
    if path.rstrip("/") in settings.WHOLE_HISTORY_PATHS:
        return int(settings.WHOLE_HISTORY_MAX_MB * 1024 * 1024)
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def in_words(limit: int) -> str:
    return f"{limit // 1024} KiB" if limit < 1024 * 1024 else f"{limit // (1024 * 1024)} MB"


def spooled(body: Any, most: int) -> tuple[IO[bytes], int]:
    """What there is of a body that tells no length, and how long that is: at most ``most`` bytes.

    Much of it stays on the disk.
    """
    kept: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the request's
    left = most
    while left and (piece := body.read(min(PIECE, left))):
        left -= kept.write(piece)
    kept.seek(0)
    return kept, most - left
