"""What traces cost: ``python -m benchmarks.traces``.

Plain messages are sent to two real servers in turn, one of which sends traces to a collector on
loopback, and both ask another real server for words that are there at once. It prints milliseconds
of the servers' processors in a turn, exports included, and by how much traces make it more: the
median of all rounds. It fails where that is more than 3 of 100.
"""

import argparse
import os
import time
from contextlib import ExitStack
from statistics import median

import httpx2

from benchmarks.echo import set_up

MOST = 0.03
TURNS = 100  # of a round, with each server
EXPORTS = 5  # seconds from one to the next


def main() -> None:
    parser = argparse.ArgumentParser(prog="traces", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with ExitStack() as stack:
        os.environ["WEB_CONCURRENCY"] = "1"
        set_up(stack, options.database)
        from benchmarks.chaos_rows import prepare
        from benchmarks.doors_rounds import processor_seconds
        from tests.fakes.receiver import Receiver
        from tests.served.processes import Mortal

        [token], _ = prepare(1, seconds=3600)
        collector = stack.enter_context(Receiver(200))
        traces = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{collector.host}"}
        database = os.environ["DATABASE_URL"]
        servers = [stack.enter_context(Mortal(database, **each)) for each in ({}, traces)]

        def work(server: Mortal) -> float:
            """Seconds of its processor in a turn."""
            before = processor_seconds(server)
            for number in range(TURNS):
                say(server.url, token, f"word {number}")
            time.sleep(1.1 * EXPORTS)
            return (processor_seconds(server) - before) / TURNS

        rounds = [tuple(map(work, servers)) for _ in range(1 + options.rounds)][1:]
        plain, traced = (1000 * median(each) for each in zip(*rounds, strict=True))
        more = median(traced / plain for plain, traced in rounds) - 1
        print(f"{plain:.2f} ms without, {traced:.2f} ms with traces: {more:+.1%}")
        if not collector.sent:
            raise SystemExit("nothing came to the collector")
        if more > MOST:
            raise SystemExit(f"traces cost more than {MOST:.0%}")


def say(url: str, token: str, text: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx2.post(
        f"{url}/api/chat/", json={"message": text}, headers=headers, timeout=60, trust_env=False
    )
    if f"You said: {text}." not in answer.text:
        raise SystemExit(f"{text!r} got the answer {answer.text!r}")


if __name__ == "__main__":
    main()
