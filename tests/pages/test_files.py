"""Tasks from a file and as a file, on the page and without a script."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from tests.factories import TaskFactory, UserFactory
from tests.pages.markup import notice, read, submit
from todos.models import Task, TaskList
from transfer.exporting import KINDS
from transfer.models import Upload

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

CSV = "title,due_date,list,duration_minutes\nMilk,2026-12-01,Shop,\nBread,,Shop,99999\n"


def show(browser: Client, text: str, form: str = "") -> Any:
    """What is shown of a file."""
    file = SimpleUploadedFile("tasks.csv", text.encode())
    return browser.post("/import/", {"file": file, "format": form})


def test_a_file_is_chosen_once_shown_made_and_undone(browser: Client, user: User) -> None:
    page = read(show(browser, CSV))
    preview = page.one(id="preview")
    assert preview.one("h2").text == "2 tasks will be made"
    assert "Milk · 1 Dec 2026 · Shop" in preview.text
    assert "New lists: Shop" in preview.text
    assert "Line 3:" in preview.one("ul", **{"class": "skipped"}).text
    assert not Task.objects.exists()

    make = preview.button("Import them")
    assert submit(browser, make)["Location"] == "/import/"
    page = read(browser.get("/import/"))
    assert notice(page) == "2 tasks were brought in. Undo"
    assert Task.objects.get(title="Milk").due_date == date(2026, 12, 1)
    again = read(show(browser, CSV)).one(id="preview")
    assert again.one("h2").text == "0 tasks will be made"
    assert again.button("Import them") is None

    submit(browser, page.one(id="notices").button("Undo"))
    assert not Task.objects.for_user(user).exists()
    assert not TaskList.objects.for_user(user).exists()


def test_what_cannot_be_read_is_told_and_makes_nothing(browser: Client) -> None:
    page = read(browser.post("/import/"), 400)
    assert notice(page) == "Choose a file first."
    for text in ("", "\0\1\2", '[{"x": '):
        page = read(show(browser, text, "takeout"), 400)
        assert notice(page)
    assert not Task.objects.exists()


def test_a_file_is_kept_for_its_user_until_it_is_used(browser: Client, user: User) -> None:
    show(browser, CSV)
    theirs = Upload.add(UserFactory(), BytesIO(CSV.encode()), name="t.csv", form="csv")
    make = read(show(browser, CSV.replace("Milk", "Oil"))).button("Import them")
    assert Upload.objects.for_user(user).count() == 1

    submit(browser, make)
    assert not Upload.objects.for_user(user).exists()
    for upload in (make.fields()["upload"] if make else "", str(theirs.pk), "x"):
        page = read(browser.post("/import/", {"upload": upload}), 400)
        assert notice(page).endswith("This file is not kept any more: choose it again.")
    assert Task.objects.count() == 2


@pytest.mark.django_db(transaction=True)  # it is written while nothing is open
def test_all_formats_are_offered(browser: Client, user: User) -> None:
    TaskFactory(user=user, title="Milk")
    links = [
        each.attributes["href"]
        for each in read(browser.get("/import/")).all("a")
        if "download" in each.attributes
    ]

    assert len(links) == len(KINDS)
    for link in links:
        assert b"Milk" in b"".join(browser.get(link).streaming_content)  # type: ignore[attr-defined]
