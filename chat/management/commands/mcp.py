"""MCP over a pipe, for clients on the machine of whoever runs this: no key is asked for."""

import json
import logging
import signal
import sys
from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from rest_framework.exceptions import APIException

from chat.doors.mcp import envelope
from chat.doors.mcp.caller import Caller, site_of_settings
from chat.doors.mcp.eras import answer
from chat.doors.mcp.faults import INTERNAL_ERROR, REFUSED, Fault, Json, error
from chat.terminal.whose import user_named
from web.connections import release_connection
from web.request_id import current_request_id

logger = logging.getLogger(__name__)

CRASHED = "Something went wrong on our side, and nothing was changed."


class Command(BaseCommand):
    help = "Serve one user's tasks by the Model Context Protocol: a message a line, in and out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="whose tasks: the name they sign in with")
        parser.add_argument("--read-only", action="store_true", help="change nothing")

    def handle(self, *args: Any, user: str, read_only: bool, **options: Any) -> None:
        user_named(user)
        signal.signal(signal.SIGINT, _leave)
        out, sys.stdout = sys.stdout, sys.stderr  # whatever else is printed is no message
        try:
            for line in filter(bytes.strip, sys.stdin.buffer):
                current_request_id.set(uuid4().hex)
                if told := _reply(line, user, only_reads=read_only):
                    out.write(json.dumps(told) + "\n")
                    out.flush()
                release_connection()
        except BrokenPipeError:
            return
        finally:
            sys.stdout = out


def _leave(*_signal: Any) -> None:
    """Without a word, wherever it is: also where its end and Ctrl-C come at the same moment."""
    raise SystemExit(0)


def _reply(line: bytes, name: str, *, only_reads: bool) -> Json | None:
    """None for a notification. Raises CommandError where there is no such user any more."""
    id = None
    try:
        value = envelope.read(line)
        id = value.get("id")
        message = envelope.checked(value, None)
        if message.id is None:
            return None
        caller = Caller(user_named(name), site=site_of_settings(), only_reads=only_reads)
        told = {"result": answer(message, caller)}
    except Fault as fault:
        told = {"error": fault.error}
    except APIException as refused:
        data = {"status": refused.status_code, "code": refused.get_codes()}
        told = {"error": error(REFUSED, str(refused.detail), data)}
    except CommandError:
        raise
    except Exception:
        logger.exception("a message of MCP crashed")
        told = {"error": error(INTERNAL_ERROR, CRASHED, {})}
    return {"jsonrpc": "2.0", "id": id} | told
