"""MCP over a pipe, for clients on the machine of whoever runs this: no key is asked for."""

import json
import logging
import sys
from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from rest_framework.exceptions import APIException

from accounts.models import User
from chat.doors.mcp import envelope
from chat.doors.mcp.caller import Caller, site_of_settings
from chat.doors.mcp.eras import answer
from chat.doors.mcp.faults import INTERNAL_ERROR, REFUSED, Fault, Json, error
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
        _caller(user, read_only=read_only)
        out, sys.stdout = sys.stdout, sys.stderr  # whatever else is printed is no message
        try:
            for line in sys.stdin.buffer:
                current_request_id.set(uuid4().hex)
                if line.strip() and (told := _reply(line, _caller(user, read_only=read_only))):
                    out.write(json.dumps(told) + "\n")
                    out.flush()
                release_connection()
        except (KeyboardInterrupt, BrokenPipeError):
            return
        finally:
            sys.stdout = out


def _caller(name: str, *, read_only: bool) -> Caller:
    """As they are now. Raises CommandError."""
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no user {name}, or they may not sign in.")
    return Caller(user, site=site_of_settings(), only_reads=read_only)


def _reply(line: bytes, caller: Caller) -> Json | None:
    id = None
    try:
        value = envelope.read(line)
        id = value.get("id")
        message = envelope.checked(value, None)
        told = None if message.id is None else {"result": answer(message, caller)}
    except Fault as fault:
        told = {"error": fault.error}
    except APIException as refused:
        data = {"status": refused.status_code, "code": refused.get_codes()}
        told = {"error": error(REFUSED, str(refused.detail), data)}
    except Exception:
        logger.exception("a message of MCP crashed")
        told = {"error": error(INTERNAL_ERROR, CRASHED, {})}
    return told and {"jsonrpc": "2.0", "id": id} | told
