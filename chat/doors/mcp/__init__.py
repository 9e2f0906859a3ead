"""The Model Context Protocol: the todo tools, and the assistant, for the clients that speak it.

Begin with ``view`` (over HTTP) or the command ``mcp`` (over a pipe); both hand a message that
``envelope`` has checked to ``eras``. No session is kept: each message stands alone.
"""
