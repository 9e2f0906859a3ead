"""What becomes of the requests of a browser: they are late, or lost on their way, there or back."""

import re
from contextlib import suppress
from random import Random

from playwright.sync_api import BrowserContext, Error, Route

WHAT_THE_SCRIPTS_ASK = re.compile(r"//[^/]+/(api|c|calls|messages|news|proposals|tasks)/")


class Weather:
    """Of the requests that the scripts of a page make; what leads to another page arrives."""

    def __init__(self, context: BrowserContext, chance: Random) -> None:
        self._context, self._chance = context, chance
        self.online = True
        self.calm_down()
        context.route(WHAT_THE_SCRIPTS_ASK, self._let_through)

    def calm_down(self) -> None:
        self._latest = 0  # milliseconds
        self._lost = self._unanswered = 0.0
        if not self.online:
            self.set_online(True)

    def change(self) -> str:
        self._latest = self._chance.choice([0, 50, 400])
        self._lost, self._unanswered = self._chance.choice([(0, 0), (0.3, 0), (0, 0.3), (0.2, 0.2)])
        return f"{self._latest} ms, {self._lost} lost, {self._unanswered} unanswered"

    def set_online(self, online: bool) -> None:
        self.online = online
        self._context.set_offline(not online)

    def _let_through(self, route: Route) -> None:
        try:
            self._decide_on(route)
        except Error:  # the line, or the page, is gone
            with suppress(Error):
                route.abort()

    def _decide_on(self, route: Route) -> None:
        if route.request.is_navigation_request() or not self.online:
            return route.continue_()
        route.request.frame.page.wait_for_timeout(self._chance.uniform(0, self._latest))
        fate = self._chance.random()
        if fate < self._lost:
            return route.abort()
        if fate > self._lost + self._unanswered:
            return route.continue_()
        return self._lose_the_answer(route)

    def _lose_the_answer(self, route: Route) -> None:
        """All of it; of a stream of events what comes behind a random place."""
        answer = route.fetch()
        if "event-stream" not in answer.headers.get("content-type", ""):
            return route.abort()
        body = answer.body()
        return route.fulfill(response=answer, body=body[: self._chance.randrange(len(body) + 1)])
