"""The numbers as tables, for a page, a file and a terminal."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from oversight import usage
from oversight.reasons import of_code
from oversight.usage import Cost, Prices, Row, whole_cost
from oversight.window import DAY, Window

Cell = str | int | float | None


@dataclass(frozen=True)
class Column:
    """``kind``: words, number, seconds (of milliseconds) or money. ``of`` finds it in a row.

    Where there is no room for all, those that are most to ``spare`` are left out first; 0: none.
    """

    title: str
    kind: str
    of: Callable[[Row], Cell]
    spare: int = 0


@dataclass(frozen=True)
class Table:
    """``name`` is that of its file; ``note`` is what must be known of it, or nothing."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    note: str = ""

    @property
    def titles(self) -> list[str]:
        return [column.title for column in self.columns]

    @property
    def shown(self) -> list[list[tuple[str, str]]]:
        """Of each row the kinds and the cells, as people read them."""
        return [
            [(column.kind, shown(column.kind, column.of(row))) for column in self.columns]
            for row in self.rows
        ]

    @property
    def raw(self) -> list[list[str]]:
        """As programs read them: seconds and money with a point, nothing for what is not known."""
        return [[_raw(column.kind, column.of(row)) for column in self.columns] for row in self.rows]


def shown(kind: str, value: Cell) -> str:
    if value is None:
        return "–"
    match kind:
        case "number":
            return f"{value:,}"
        case "seconds":
            ms = float(value)
            return f"{ms / 1000:,.2f} s" if ms >= 1000 else f"{ms:.0f} ms"
        case "money":
            return f"{value:,.2f}" if float(value) >= 1 else f"{value:,.4f}"
    return str(value) or "–"


def _raw(kind: str, value: Cell) -> str:
    if value is None:
        return ""
    match kind:
        case "seconds":
            return f"{float(value) / 1000:.3f}"
        case "money":
            return f"{value:.6f}"
    return str(value)


def _named(name: str) -> Callable[[Row], Cell]:
    return lambda row: row[name]


def _number(title: str, name: str, spare: int = 0) -> Column:
    return Column(title, "number", _named(name), spare)


def _percentile(title: str, name: str, place: int, spare: int = 0) -> Column:
    return Column(title, "seconds", lambda row: row[name][place] if row[name] else None, spare)


def money(cost: Cost) -> float | None:
    """None where it is not known at all."""
    return None if cost.unpriced and not cost.amount else cost.amount


COUNTS = (
    _number("Turns", "turns"),
    _number("Completed", "completed", 5),
    _number("Ended badly", "failed"),
    _number("Cancelled", "cancelled", 6),
    _number("By another model", "degraded", 8),
)
TOOK = (_percentile("Median", "took", 0), _percentile("95 of 100", "took", 1))
FIRST_WORD = (
    _percentile("First word, median", "first_word", 0, 3),
    _percentile("First word, 95 of 100", "first_word", 1, 7),
)
TOKENS = (
    _number("Tokens in", "input_tokens", 1),
    _number("of them cached", "cached_tokens", 4),
    _number("Tokens out", "output_tokens", 2),
)
COST = Column("Cost", "money", lambda row: money(row["cost"]))


def times(window: Window, prices: Prices) -> Table:
    what = "day" if window.letters == DAY else "hour"
    columns = (
        Column(f"{what.title()} (UTC)", "words", _named("of")),
        *(*COUNTS, *TOOK, *FIRST_WORD, *TOKENS, COST),
    )
    rows = usage.by_time(window, prices)
    return Table("times", f"By {what}", columns, rows, unpriced(rows))


def models(window: Window, prices: Prices) -> Table:
    columns = (
        Column("Model", "words", lambda row: row["of"] or "(none answered)"),
        *(*COUNTS, *TOOK, *FIRST_WORD, *TOKENS, COST),
    )
    rows = usage.by_model(window, prices)
    return Table("models", "By model", columns, rows, unpriced(rows))


def users(window: Window, prices: Prices) -> Table:
    columns = (Column("User", "words", _named("name")), *COUNTS, *TOKENS, COST)
    title = f"Busiest users (at most {usage.MOST})"
    rows = usage.by_user(window, prices)
    return Table("users", title, columns, rows, unpriced(rows))


def tools(window: Window) -> Table:
    columns = (
        Column("Tool", "words", _named("of")),
        _number("Calls", "calls"),
        _number("Failed", "failed"),
        *TOOK,
    )
    return Table("tools", "Tool calls", columns, usage.by_tool(window))


def failures(window: Window) -> Table:
    columns = (
        Column("Code", "words", _named("code")),
        Column("Model", "words", _named("of")),
        _number("Turns", "turns"),
        Column("Latest (UTC)", "words", lambda row: f"{row['latest']:%Y-%m-%d %H:%M:%S}"),
        Column("What it means", "words", lambda row: of_code(row["code"]).what),
    )
    return Table("failures", "What ended badly", columns, usage.failures(window))


def facts(total: Row, models: Sequence[Row]) -> list[tuple[str, str]]:
    """Of all turns: names and values; their cost is that of all models."""
    row = total | {"cost": whole_cost(models)}
    columns = (*COUNTS, _number("Users", "users"), *TOOK, *FIRST_WORD, *TOKENS, COST)
    return [(column.title, shown(column.kind, column.of(row))) for column in columns]


def unpriced(rows: Iterable[Row]) -> str:
    """Which costs are not counted; nothing where all are."""
    models = sorted(whole_cost(rows).unpriced)
    return f"Not in MODEL_PRICES, so without cost: {', '.join(models)}." if models else ""


def by_name(window: Window, prices: Prices) -> dict[str, Callable[[], Table]]:
    """Each table, made when it is asked for."""
    return {
        "times": lambda: times(window, prices),
        "failures": lambda: failures(window),
        "models": lambda: models(window, prices),
        "users": lambda: users(window, prices),
        "tools": lambda: tools(window),
    }
