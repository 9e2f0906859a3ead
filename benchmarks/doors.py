"""What a turn takes through each door beside our own: ``python -m benchmarks.doors``.

Plain messages are sent to a real server, which asks another real server for words that are there
at once. One user says some through each door in its turn, whole and streamed as the door can, in
a conversation of its own. It prints milliseconds of a turn and of the server's processor in it,
and both as multiples of those through our own door in the same round: the median of all rounds.
It fails when an answer is wrong, or the processor has more than 1.1 times the work.
"""

import argparse
import os
from contextlib import ExitStack

from benchmarks.echo import set_up


def main() -> None:
    parser = argparse.ArgumentParser(prog="doors", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    with ExitStack() as stack:
        os.environ["WEB_CONCURRENCY"] = "1"
        set_up(stack, options.database)
        from benchmarks.chaos_rows import prepare
        from benchmarks.doors_rounds import measured, report
        from tests.served.processes import Mortal

        [token], _ = prepare(1, seconds=3600)
        server = stack.enter_context(Mortal(os.environ["DATABASE_URL"]))
        if not report(list(measured(server, token, options.rounds))):
            raise SystemExit("a door has more work than 1.1 times that of our own")


if __name__ == "__main__":
    main()
