"""The table of all doors: a row each, which tells how words go through it and what comes out.

A door that is missing here fails `test_every_door_has_a_row`; what holds at every door is told over
this table, so that it holds at the next one, too.
"""

from tests.doors.rows.ag_ui import AgUi
from tests.doors.rows.ai_sdk import AiSdk
from tests.doors.rows.chatkit import ChatKit
from tests.doors.rows.completions import Completions
from tests.doors.rows.mcp import Mcp
from tests.doors.rows.ours import Ours
from tests.doors.rows.responses import Responses
from tests.doors.rows.row import Row

DOORS: list[Row] = [Ours(), Completions(), Responses(), AgUi(), AiSdk(), ChatKit(), Mcp()]
EACH = {row.name: row for row in DOORS}
NOT_YET: set[str] = set()
