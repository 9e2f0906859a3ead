"""No door is forgotten."""

from pathlib import Path

from chat.doors import urls
from tests.doors.through import DOORS, NOT_YET
from tests.web.test_strangers import ID, routes

ROOMS = Path(urls.__file__).parent


def test_every_door_has_a_row() -> None:
    rooms = {each.stem for each in ROOMS.iterdir() if each.is_dir() or each.suffix == ".py"}

    assert rooms - {"__init__", "__pycache__", "urls"} - NOT_YET == {
        row.room for row in DOORS if row.room
    }


def test_every_path_of_a_door_is_in_a_row() -> None:
    paths = [path for row in DOORS for path in row.paths]

    here = {ID.sub("{id}", path) for path in routes(urls.urlpatterns)}
    assert set(paths) == here if not NOT_YET else set(paths) <= here
