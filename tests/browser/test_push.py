"""Reminders on a device whose page is closed: a real Chromium subscribes, decrypts and shows.

The push service on loopback takes the place of Google's; so does its address in the row, where the
browser has told that of Google's. The one thing that is played is the person's click: no browser
without a screen has a notification to click on.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Worker, expect
from pytest_django import Settings

from accounts.models import User
from reminders.models import Channels, PushSubscription
from reminders.rounds import Ringer
from tests.browser.conftest import QUIET, session_of
from tests.browser.push_service import PushService
from tests.browser.speech import PATIENCE
from tests.browser.talking import button
from tests.browser.watch import Watch
from tests.factories import TaskFactory
from tests.servers import TodoChat
from todos.models import Reminder, Task

WITH_NOTIFICATIONS = ("chromium", "chromium-browser", "google-chrome")  # the small one has none
ON, OFF, ALL_OFF = "Ring on this device", "No more on this device", "No more on any device"
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(
    ({ title, body, tag, actions }) => [title, body, tag, actions.map(({ title }) => title)])"""
COUNT = """() => {
    self.shown = 0;
    const show = registration.showNotification.bind(registration);
    registration.showNotification = async (...what) => {
        await show(...what);
        self.shown += 1;
    };
}"""
CLICK = """async (action) => {
    const [notification] = await registration.getNotifications();
    const event = new NotificationEvent("notificationclick", { notification, action });
    const work = [];
    event.waitUntil = (promise) => work.push(promise);
    self.opened = null;
    clients.openWindow = async (path) => (self.opened = path);
    dispatchEvent(event);
    await Promise.all(work);
    return self.opened;
}"""
CHANGE = """async () => {
    const event = new ExtendableEvent("pushsubscriptionchange");
    const work = [];
    event.waitUntil = (promise) => work.push(promise);
    dispatchEvent(event);
    await Promise.all(work);
}"""


@pytest.fixture
def service(tmp_path: Path, settings: Settings) -> Iterator[PushService]:
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1"]
    with PushService(tmp_path) as service:
        yield service


@pytest.fixture
def device(
    chromium: Browser, server: TodoChat, service: PushService, watch: Watch, tmp_path: Path
) -> Iterator[BrowserContext]:
    """With a profile of its own: where nothing is kept, nobody can subscribe."""
    path = next(filter(None, map(shutil.which, WITH_NOTIFICATIONS)), None)
    if path is None:
        pytest.skip("This test needs a Chromium that has notifications. Try: apt install chromium")
    quiet = [option for option in QUIET if option != "--disable-background-networking"]
    context = chromium.browser_type.launch_persistent_context(
        tmp_path / "profile",
        executable_path=path,
        args=[*quiet, *service.arguments],
        ignore_default_args=["--disable-background-networking"],
        base_url=server.url,
    )
    context.grant_permissions(["notifications"], origin=server.url)
    watch.follow(context)
    yield context
    context.close()


@pytest.fixture
def page(device: BrowserContext, server: TodoChat, user: User) -> Page:
    device.add_cookies([session_of(user, server.url)])
    page = device.new_page()
    page.goto("/settings/reminders/")
    return page


@pytest.fixture
def task(user: User) -> Task:
    now = user.local_now()
    ask = {"at": f"{now + timedelta(minutes=2):%Y-%m-%dT%H:%M}"}
    task: Task = TaskFactory(user=user, title="Zahnarzt 🦷", reminders=[ask])
    return task


def ring(task: Task, page: Page, worker: Worker, **channels: bool) -> list[str]:
    """Now, and once more if it has rung; the titles of what is shown then.

    Nobody asks for them before: of a notification that is asked for between its row and its place
    on the screen Chromium thinks that somebody has closed it, and forgets it.
    """
    Channels.change(task.user, **channels)
    Reminder.objects.filter(task=task).update(rings_at=timezone.now(), rang_at=None)
    before = worker.evaluate("shown")
    assert Ringer().once()["sent"] == 1
    until(page, lambda: worker.evaluate("shown"), before + 1)
    return [title for title, *_ in page.evaluate(SHOWN)]


def until(page: Page, tells: Callable[[], Any], wanted: Any) -> None:
    give_up = time.monotonic() + PATIENCE
    while tells() != wanted:
        assert time.monotonic() < give_up, f"it is {tells()}"
        page.wait_for_timeout(50)


def subscribed(page: Page, service: PushService, user: User) -> Worker:
    """Its worker, which counts what it has shown."""
    button(page, ON).click()
    expect(button(page, OFF)).to_be_visible()
    [row] = PushSubscription.objects.for_user(user)
    assert row.endpoint.startswith("https://")
    PushSubscription.objects.filter(pk=row.pk).update(endpoint=service.url)
    [worker] = page.context.service_workers
    worker.evaluate(COUNT)
    return worker


def test_a_reminder_is_shown_and_answered_with_the_page_closed(
    page: Page, service: PushService, user: User, task: Task
) -> None:
    worker = subscribed(page, service, user)

    assert ring(task, page, worker) == ["A reminder"]
    assert ring(task, page, worker, with_words=True) == ["Zahnarzt 🦷"]

    [[_, body, tag, actions]] = page.evaluate(SHOWN)
    reminder = Reminder.objects.get(task=task)
    assert f"{reminder.rings_at.astimezone(user.zone):%H:%M}" in body
    assert tag == str(reminder.pk)
    most = page.evaluate("Notification.maxActions")
    assert actions == ["Done", "In 10 minutes", "Tomorrow"][:most]
    assert all(b"Zahnarzt" not in sent.body for sent in service.sent)

    page.goto("about:blank")
    assert worker.evaluate(CLICK, "done") is None
    task.refresh_from_db()
    assert task.completed_at


def test_it_is_put_off_and_where_nobody_is_signed_in_the_page_is_opened(
    page: Page, device: BrowserContext, service: PushService, user: User, task: Task
) -> None:
    worker = subscribed(page, service, user)
    for action, least in (("soon", timedelta(minutes=9)), ("tomorrow", timedelta(hours=10))):
        assert ring(task, page, worker) == ["A reminder"]
        assert worker.evaluate(CLICK, action) is None
        assert Reminder.objects.get(task=task).rings_at > timezone.now() + least

    assert ring(task, page, worker) == ["A reminder"]
    device.clear_cookies()
    assert worker.evaluate(CLICK, "done") == f"/tasks/{task.pk}/"
    task.refresh_from_db()
    assert task.completed_at is None


def test_it_is_turned_off_made_anew_where_it_has_ended_and_ends_with_signing_out(
    page: Page, device: BrowserContext, service: PushService, user: User, task: Task
) -> None:
    subscribed(page, service, user)
    button(page, ALL_OFF).click()
    button(page, ON).click()
    button(page, OFF).click()
    expect(button(page, ON)).to_be_visible()
    assert (service.subscriptions, PushSubscription.objects.count()) == ([], 0)

    [worker] = device.service_workers
    worker.evaluate(CHANGE)
    page.reload()
    expect(button(page, OFF)).to_be_visible()
    assert PushSubscription.objects.for_user(user).update(endpoint=service.url) == 1

    page.get_by_role("button", name="Sign out").first.click()
    until(page, lambda: service.subscriptions, [])
    Reminder.objects.filter(task=task).update(rings_at=timezone.now())
    assert Ringer().once()["failed"] == 1
    assert PushSubscription.objects.count() == 0
