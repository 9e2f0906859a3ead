"""When the server starts, each model is asked for one tool call; the log has a line for each."""

import logging

from agent.chain import Link
from agent.choice import chosen_links
from agent.trying.asking import NoAnswer
from agent.trying.trial import first_call

logger = logging.getLogger(__name__)
MORE = "manage.py try_model tells more"


def try_all() -> None:
    """A server that cannot reach its model serves all the same."""
    for link in chosen_links():
        if not link.is_built_in:
            _try(link)


def _try(link: Link) -> None:
    try:
        _, finding = first_call(link.llm)
    except NoAnswer as why:
        logger.error("%s gives no answer: %s %s", link.name, why, MORE)
        return
    if finding.is_fault or finding.is_note:
        logger.warning("%s: %s %s", link.name, finding.says, MORE)
    else:
        logger.info("%s: %s", link.name, finding.says)
