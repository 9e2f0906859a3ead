"""The scripted server as a process of its own: ``python -m tests.fakes --port 9000``.

Prints its base URL once it can be reached. It makes a task of whatever the user says.
"""

import sys
from argparse import ArgumentParser

from tests.fakes.answers import obliges
from tests.fakes.server import ScriptedServer

parser = ArgumentParser(prog="tests.fakes", description=__doc__)
parser.add_argument("--port", type=int, default=0, help="0: any free port")
server = ScriptedServer(answer_of=obliges, port=parser.parse_args().port)
sys.stdout.write(f"{server.url}\n")
sys.stdout.flush()
server.serve_forever()
