"""Somebody who lives in two tabs of one browser, and does there whatever comes to mind."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from random import Random

from django.conf import settings
from playwright.sync_api import Locator, Page, TimeoutError
from rest_framework.test import APIClient

from accounts.models import User
from tests.browser.viewports import PHONE
from tests.browser.weather import Weather
from tests.factories import PASSWORD
from todos.models import Task

PATIENT = 2000  # milliseconds, in which what can be pressed is pressed
MANY = 25  # open tasks
ANYWHERE, TALK, TASKS, CONVERSATIONS = None, "main", "tasks-pane", "conversations-pane"
SYLLABLES = ["".join(pair) for pair in product("bdfgklmnprstvz", "aeiou")]
DAYS = ["", " tomorrow", " friday 5pm", " next week !high", " today"]


def new_words() -> Iterator[str]:
    """None of which is a word, or a part of another one."""
    for first, second in product(SYLLABLES, SYLLABLES):
        yield f"zu{first}{second}x"


class Person:
    """``submitted`` tells of each word how often it was, and ``told`` what was done, in order."""

    def __init__(self, user: User, tabs: list[Page], chance: Random) -> None:
        self.user, self.tabs, self._chance = user, tabs, chance
        self.weather = Weather(tabs[0].context, chance)
        self.submitted: Counter[str] = Counter()
        self.told: list[str] = []
        self._words = new_words()
        self._rest = APIClient()
        self._rest.force_authenticate(user)
        self._acts: list[tuple[Callable[[Page], str], int, str | None]] = [
            (self.tick, 8, TASKS),
            (self.add, 6, TASKS),
            (self.edit, 6, TASKS),
            (self.edit_and_cancel, 1, TASKS),
            (self.delete, 2, TASKS),
            (self.say, 8, TALK),
            (self.undo_by_toast, 4, ANYWHERE),
            (self.undo_by_card, 2, TALK),
            (self.undo_by_history, 2, TASKS),
            (self.ask_again, 2, TALK),
            (self.edit_last_message, 2, TALK),
            (self.decide_on_what_waits, 3, ANYWHERE),
            (self.elsewhere, 3, ANYWHERE),
            (self.reload, 2, ANYWHERE),
            (self.go_to_a_conversation, 1, CONVERSATIONS),
            (self.pause, 3, ANYWHERE),
            (self.change_weather, 3, ANYWHERE),
            (self.go_offline_or_online, 2, ANYWHERE),
            (self.end_session_or_sign_in, 2, ANYWHERE),
        ]

    def act(self) -> None:
        weights = [weight for _, weight, _ in self._acts]
        ((act, _, place),) = self._chance.choices(self._acts, weights)
        number = self._chance.randrange(len(self.tabs))
        tab = self.tabs[number]
        if is_signed_out(tab):
            act, place = self.sign_in, ANYWHERE
        self.told.append(f"tab {number}: {act.__name__}")
        try:
            if tab.viewport_size == PHONE and place is not ANYWHERE:
                show(tab, place)
            self.told[-1] += f" {act(tab)}"
        except TimeoutError:  # it was gone before it was pressed
            self.told[-1] += " (in vain)"

    # In the panel

    def tick(self, tab: Page) -> str:
        return self._press(tab.locator("#tasks .task > .tick button"))

    def add(self, tab: Page) -> str:
        field = tab.locator("#new-task")
        if not field.input_value() and Task.objects.for_user(self.user).count() > MANY:
            return "nothing more"
        if not field.input_value():
            field.fill(f"{next(self._words)}{self._chance.choice(DAYS)}")
        text = field.input_value()
        field.press("Enter", timeout=PATIENT)
        self.submitted.update(set(words_in(text)) - set(self.submitted))  # else it is tried again
        return text

    def edit(self, tab: Page) -> str:
        """Or try again to save it."""
        form = self._form(tab)
        if not form:
            return "nothing"
        title = form.locator("[name=title]")
        if not self._unsaved(form):
            title.fill(next(self._words), timeout=PATIENT)
        word = title.input_value(timeout=PATIENT)
        title.press("Enter", timeout=PATIENT)
        self.submitted.update(set(words_in(word)) - set(self.submitted))
        return word

    def edit_and_cancel(self, tab: Page) -> str:
        form = self._form(tab)
        if not form:
            return "nothing"
        self._throw_away(form)
        form.locator("[name=title]").press("Escape", timeout=PATIENT)
        return ""

    def delete(self, tab: Page) -> str:
        form = self._form(tab)
        if not form:
            return "nothing"
        self._throw_away(form)
        return self._press(form.locator("button.delete"))

    def undo_by_toast(self, tab: Page) -> str:
        return self._press(tab.locator(".toast button"))

    def undo_by_history(self, tab: Page) -> str:
        form = self._form(tab)
        if not form:
            return "nothing"
        self._throw_away(form)  # if what is undone has made the task
        past = form.locator("xpath=..").locator(".past")
        past.locator("summary").click(timeout=PATIENT)
        return self._press(past.locator("form button"))

    # In the talk

    def say(self, tab: Page) -> str:
        composer = tab.locator("#message")
        if not composer.input_value():
            kind = self._chance.choice(["Add %s", "Add %s tomorrow", "Hello %s"])
            composer.fill(kind % next(self._words))
        text = composer.input_value()
        composer.press("Enter", timeout=PATIENT)
        self.submitted.update(words_in(text))
        return text

    def undo_by_card(self, tab: Page) -> str:
        return self._press(tab.locator("#messages form[action$='/undo/'] button"))

    def ask_again(self, tab: Page) -> str:
        return self._press(tab.locator("#messages form.again button"))

    def edit_last_message(self, tab: Page) -> str:
        tab.locator("#message").press("ArrowUp", timeout=PATIENT)
        return tab.locator("#message").input_value()

    def decide_on_what_waits(self, tab: Page) -> str:
        """All but throwing words away."""
        keeps = "#outbox [data-act]:not([data-sure]), #adds button:not(.quiet)"
        return self._press(tab.locator(keeps))

    # Elsewhere

    def elsewhere(self, _tab: Page) -> str:
        """By REST, where another device may be."""
        tasks = list(Task.objects.for_user(self.user).order_by("pk"))
        task = self._chance.choice(tasks) if tasks else None
        acts = ["complete", "reopen", "rename", "delete"] if task else []
        act = self._chance.choice(["add", *acts])
        path = f"/api/tasks/{task.pk}/" if task else "/api/tasks/"
        word = next(self._words)
        if act == "add":
            answer = self._rest.post("/api/tasks/", {"title": word})
        elif act == "rename":
            answer = self._rest.patch(path, {"title": word})
        elif act == "delete":
            answer = self._rest.delete(path)
        else:
            answer = self._rest.post(f"{path}{act}/")
        assert answer.status_code < 500, answer.content
        return f"{act} {task.title if task else ''} {word}"

    # The page and the world

    def pause(self, tab: Page) -> str:
        tab.wait_for_timeout(self._chance.choice([100, 500, 2500]))
        return ""

    def reload(self, tab: Page) -> str:
        if not self.weather.online:
            return "not now"
        tab.reload()
        return ""

    def go_to_a_conversation(self, tab: Page) -> str:
        """Or to a new one."""
        if not self.weather.online:
            return "not now"
        pressed = self._press(tab.locator("#new-conversation, #conversations li:not(.more) a"))
        tab.wait_for_load_state()  # a worker would have the scripts without a line
        return pressed

    def change_weather(self, _tab: Page) -> str:
        return self.weather.change()

    def go_offline_or_online(self, _tab: Page) -> str:
        self.weather.set_online(not self.weather.online)
        return "online" if self.weather.online else "offline"

    def end_session_or_sign_in(self, tab: Page) -> str:
        cookies = tab.context.cookies()
        if any(cookie["name"] == settings.SESSION_COOKIE_NAME for cookie in cookies):
            tab.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
            return "end"
        return self.sign_in_elsewhere(tab)

    def sign_in_elsewhere(self, tab: Page) -> str:
        """In a third tab."""
        if not self.weather.online:
            return "not now"
        other = tab.context.new_page()
        other.goto("/accounts/login/")
        if is_signed_out(other):
            self.sign_in(other)
        other.close()
        return "sign in"

    def sign_in(self, tab: Page) -> str:
        if not self.weather.online:
            return "not now"
        tab.locator("[name=username]").fill(self.user.username)
        tab.locator("[name=password]").fill(PASSWORD)
        with tab.expect_navigation():
            tab.locator("[name=password]").press("Enter")
        if tab.get_by_text("This form is out of date").count():  # for another tab was faster
            tab.get_by_role("link", name="Back to Todo Chat").click()
            tab.wait_for_load_state()
        return ""

    # How it is done

    def _press(self, found: Locator) -> str:
        """A random one of these buttons."""
        number = found.count()
        if not number:
            return "nothing"
        button = found.nth(self._chance.randrange(number))
        name = button.get_attribute("aria-label", timeout=PATIENT) or button.inner_text()
        button.click(timeout=PATIENT)
        return name

    def _form(self, tab: Page) -> Locator | None:
        """Of a task that is edited already, or of any."""
        form = tab.locator(".edit-task").first
        if not form.count():
            if self._press(tab.locator("#tasks .task > .edit button")) == "nothing":
                return None
            form.wait_for(timeout=PATIENT)
        return form

    def _unsaved(self, form: Locator) -> list[str]:
        title = form.locator("[name=title]")
        is_touched = title.evaluate("it => it.value !== it.defaultValue", timeout=PATIENT)
        return words_in(title.input_value(timeout=PATIENT)) if is_touched else []

    def _throw_away(self, form: Locator) -> None:
        for word in self._unsaved(form):
            del self.submitted[word]


def show(tab: Page, place: str) -> None:
    """On a phone, where there are drawers beside the talk."""
    drawer = tab.locator(".pane:popover-open")
    there = (drawer.count() and drawer.get_attribute("id", timeout=PATIENT)) or TALK
    if there not in (place, TALK):
        drawer.locator("header [popovertarget]").click(timeout=PATIENT)
    if place not in (there, TALK):
        tab.locator(f"body > header [popovertarget={place}]").click(timeout=PATIENT)


def is_signed_out(tab: Page) -> bool:
    return "/accounts/login/" in tab.url


def words_in(text: str) -> list[str]:
    return [word for word in text.lower().split() if word.startswith("zu") and word.endswith("x")]
