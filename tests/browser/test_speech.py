"""Who answers in a browser test, and that the test has the say when."""

from contextlib import closing

from playwright.sync_api import Page

from tests.browser.speech import PATIENCE, Speech
from tests.fakes import ScriptedServer
from tests.fakes.answers import says
from tests.fakes.asking import PROMPT, ask, remote
from tests.served.processes import Model


def reply_to(page: Page, message: str) -> str:
    page.goto("/accounts/settings/")
    token = next(each for each in page.context.cookies() if each["name"] == "csrftoken")
    answer = page.request.post(
        "/api/chat/", data={"message": message}, headers={"X-CSRFToken": token["value"]}
    )
    assert answer.ok, answer.text()
    return str(answer.json()["assistant_message"]["content"])


def test_the_built_in_assistant_answers(page: Page) -> None:
    assert "Milk" in reply_to(page, "Add Milk")


def test_the_scripted_model_answers_where_it_is_asked_for(page: Page, model: Model) -> None:
    model.begin(says("By the script."))

    assert reply_to(page, "Add Milk") == "By the script."


def test_a_speech_goes_no_further_than_it_may() -> None:
    speech = Speech("One ", "two ", "three.")
    with ScriptedServer(speech) as server, closing(remote(server.url)) as llm:
        deltas, text = llm.stream(PROMPT, []), ""
        speech.go_on(2)
        while len(text) < len("One two "):  # what has come together is one delta
            text += next(deltas).text
        assert text == "One two "
        deltas.close()

        assert speech.asked.is_set()
        assert speech.left.wait(PATIENCE)


def test_a_speech_that_may_go_on_to_the_end_is_an_answer() -> None:
    speech = Speech("One ", "two ", "three.")
    speech.go_on_to_the_end()

    heard = ask(speech)

    assert (heard.response.text, heard.response.finish_reason) == ("One two three.", "stop")
    assert not speech.left.is_set()
