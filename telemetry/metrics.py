"""The numbers of a node, as Prometheus reads them; never words or ids of a user.

Each has labels, and so no value, hence no file, before the first is counted (``counting``). What
they may be is bound: patterns of addresses, models of the settings, tools that there are.
"""

from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

from telemetry.counting import counted, process
from telemetry.measured import Measured, ModelCall

REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90)
TURN_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 90, 120)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OTHER, NONE = "other", "none"

_requests = Counter(
    "todo_chat_requests", "Requests that were answered.", ["route", "method", "status"]
)
_request_seconds = Histogram(
    "todo_chat_request_seconds",
    "Seconds until a request was answered, or its stream began.",
    ["route", "method"],
    buckets=REQUEST_BUCKETS,
)
_throttled = Counter("todo_chat_throttled", "Refusals for there were too many.", ["code", "limit"])
_turns = Counter(
    "todo_chat_turns", "Attempts of turns that ended.", ["model", "status", "code", "streamed"]
)
_turn_seconds = Histogram(
    "todo_chat_turn_seconds", "Seconds that a turn took.", ["model"], buckets=TURN_BUCKETS
)
_first_word_seconds = Histogram(
    "todo_chat_first_word_seconds",
    "Seconds until the first word of a turn.",
    ["model"],
    buckets=TURN_BUCKETS,
)
_model_call_seconds = Histogram(
    "todo_chat_model_call_seconds",
    "Seconds that a call of a model took.",
    ["model", "outcome"],
    buckets=TURN_BUCKETS,
)
_tokens = Counter("todo_chat_tokens", "Tokens of turns that ended.", ["model", "kind"])
_tool_calls = Counter("todo_chat_tool_calls", "Calls of tools that were kept.", ["tool", "status"])
_deliveries = Counter(
    "todo_chat_deliveries", "Attempts to tell of reminders.", ["channel", "status"]
)
_cleaned = Counter("todo_chat_cleaned", "Rows that the clean-up took.", ["what"])
_threads = Gauge(
    "todo_chat_threads", "Threads for requests.", ["state"], multiprocess_mode="livesum"
)
_connections = Gauge(
    "todo_chat_database_connections",
    "Connections that the pools may have.",
    ["state"],
    multiprocess_mode="livesum",
)
_waiting = Gauge(
    "todo_chat_waiting", "Requests that wait.", ["reason"], multiprocess_mode="livesum"
)


def count_in(folder: Path) -> None:
    """From here on this process counts, when there is something to count."""
    process.folder = folder


def is_wanted() -> bool:
    return process.folder is not None


@counted
def requested(route: str, method: str, status: int, seconds: float) -> None:
    method = method if method in METHODS else OTHER
    _requests.labels(route, method, status).inc()
    _request_seconds.labels(route, method).observe(seconds)


@counted
def throttled(code: str, limit: str) -> None:
    _throttled.labels(code, limit).inc()


@counted
def delivered(channel: str, status: str, number: int) -> None:
    _deliveries.labels(channel, status).inc(number)


@counted
def cleaned(what: str, number: int) -> None:
    _cleaned.labels(what).inc(number)


@counted
def called_tool(name: str, status: str) -> None:
    """``name`` as for Measured."""
    _tool_calls.labels(name, status).inc()


@counted
def ended_turn(status: str, code: str, measured: Measured | None) -> None:
    """``measured``: nothing, where the process that took it has died."""
    model = (measured and measured.model) or NONE
    streamed = str(measured.streamed).lower() if measured else NONE
    _turns.labels(model, status, code, streamed).inc()
    if not measured:
        return
    _turn_seconds.labels(model).observe(measured.seconds)
    if measured.first_word_seconds is not None:
        _first_word_seconds.labels(model).observe(measured.first_word_seconds)
    for call in measured.model_calls:
        _asked(call)


def _asked(call: ModelCall) -> None:
    _model_call_seconds.labels(call.model, call.outcome).observe(call.seconds)
    tokens = {
        "input": call.input_tokens,
        "output": call.output_tokens,
        "cached": call.cached_tokens,
    }
    for kind, number in tokens.items():
        _tokens.labels(call.model, kind).inc(number or 0)


@counted
def loaded(threads: int, requests: int, pool: dict[str, int]) -> None:
    """What a server has in hand: ``requests`` for so many threads, and psycopg's numbers of its
    pool, if it has one."""
    busy = min(threads, requests)
    _threads.labels("busy").set(busy)
    _threads.labels("idle").set(threads - busy)
    _waiting.labels("thread").set(requests - busy)
    if pool:
        idle, size = pool["pool_available"], pool["pool_size"]
        _connections.labels("busy").set(size - idle)
        _connections.labels("idle").set(idle)
        _connections.labels("possible").set(pool["pool_max"] - size)
        _waiting.labels("connection").set(pool["requests_waiting"])
