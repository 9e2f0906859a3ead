"""A pytest plugin: `--database sqlite|postgresql|sharded` chooses what the whole suite runs on.

It comes before Django's settings are read and gives them an environment of their own: a database
of the chosen kind, a temporary DATA_DIR, and none of the developer's settings. PostgreSQL is a real
server, started here and stopped when pytest ends, be it by Ctrl-C. With `-n` the workers inherit
all this, and pytest-django gives each one its own test database by a suffix. `sharded` is
PostgreSQL, each table in partitions by the owner of its rows (`tests/sharding.py`).
"""

import os
import re
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.servers import Postgres, ServerError

SETTINGS = Path(__file__).parent.parent / "config" / "settings.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql", "sharded"),
        default="sqlite",
        help="what the tests run on; the others start a PostgreSQL of their own (default: sqlite)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> None:
    options = parser.parse_known_args(args)
    if options.help or options.version or "PYTEST_XDIST_WORKER" in os.environ:
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as after Ctrl-C: clean up
    folder = TemporaryDirectory(prefix="todo-chat-tests-")
    early_config.add_cleanup(folder.cleanup)
    _set_environment(Path(folder.name))
    if options.database != "sqlite":
        os.environ["DATABASE_URL"] = _start_postgres(early_config)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only_on(database): not collected on any other database.")
    config.addinivalue_line("markers", "not_on(database): not collected there.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about the other database: not skipped, for the other run has it.

    On PostgreSQL that is also what asks no database at all.
    """
    these = {vendor(config), str(config.getoption("database"))}
    others = [item for item in items if _is_for_another(item, these)]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('database')}"


def vendor(config: pytest.Config) -> str:
    """``sqlite`` or ``postgresql``."""
    return "sqlite" if config.getoption("database") == "sqlite" else "postgresql"


def _is_for_another(item: pytest.Item, these: set[str]) -> bool:
    if (mark := item.get_closest_marker("not_on")) and not these.isdisjoint(mark.args):
        return True
    if mark := item.get_closest_marker("only_on"):
        return these.isdisjoint(mark.args)
    return "postgresql" in these and not _asks_a_database(item)


def _asks_a_database(item: pytest.Item) -> bool:
    """Itself, or by a fixture, or by a server that it starts."""
    fixtures = {"db", "transactional_db", "django_db_setup"}.intersection(item.fixturenames)
    return bool(fixtures or item.get_closest_marker("django_db") or "served" in item.path.parts)


def _set_environment(folder: Path) -> None:
    for name in re.findall(r'env\.\w+\(\s*"(\w+)"', SETTINGS.read_text()):
        os.environ.pop(name, None)
    os.environ["ENV_FILE"] = str(folder / "no.env")
    os.environ["DATA_DIR"] = str(folder)


def _start_postgres(config: pytest.Config) -> str:
    try:
        server = Postgres().__enter__()
    except ServerError as error:
        raise pytest.UsageError(f"--database postgresql: {error}") from error
    config.add_cleanup(server.close)
    return server.url
