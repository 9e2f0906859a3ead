"""Regular expressions, compiled when they are first used: a command uses few of those there are."""

import re
from functools import cached_property
from typing import Any, cast

declared: list["Expression"] = []


class Expression:
    """In place of a ``re.Pattern``, of which it has all."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self._flags)

    def __getattr__(self, name: str) -> Any:
        """Of the compiled one, and kept: the next time it is found at once."""
        self.__dict__[name] = value = getattr(self.compiled, name)
        return value


def expression(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """``re.compile``, but later. For those of a module, which are there as long as the process."""
    made = Expression(pattern, flags)
    declared.append(made)
    return cast(re.Pattern[str], made)


def seldom_used(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Likewise, but not even a server compiles it ahead: few wait for it, and once in a process."""
    return cast(re.Pattern[str], Expression(pattern, flags))


def compile_all() -> list[re.Pattern[str]]:
    """Those that are declared so far, ahead of their first use."""
    return [each.compiled for each in declared]
