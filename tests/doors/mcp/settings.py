"""Of a server that the conformance suite of MCP speaks to.

It brings no key, and asks for tools that are of no use to anybody else.
"""

from config.settings import *  # noqa: F403
from config.settings import REST_FRAMEWORK as OURS

ROOT_URLCONF = "tests.doors.mcp.fixtures"
REST_FRAMEWORK = OURS | {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tests.doors.mcp.anybody.FirstUser"],
}
