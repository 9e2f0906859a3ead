"""``manage.py evaluate`` and models whose score is known."""

import re
import signal
from collections import Counter
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agent.llm import Message, ToolRequest
from evaluation.cases import Case, families
from tests.evaluation.players import Plays, perfect, reads, served
from tests.evaluation.running import CASES, Ran, Run
from tests.fakes import Answer, ScriptedServer, call
from tests.fakes.answers import fails, hangs


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def cases_of(run: Run) -> list[Case]:
    (family,) = families(run.folder / "cases")
    return list(family.cases)


def right(run: Run) -> Plays:
    """Always, in every case of the run, which it knows by its words."""

    def plays(messages: list[Message]) -> str | list[ToolRequest]:
        return perfect(case_of(run, messages))(messages)

    return plays


def case_of(run: Run, messages: list[Message]) -> Case:
    newest = [message for message in messages if message["role"] == "user"][-1]["content"]
    return next(case for case in cases_of(run) if newest.endswith(case.asked[0].text))


def is_tea(body: dict[str, Any]) -> bool:
    """Whether the case about tea has begun."""
    return "tea" in str(body["messages"][-1])


def rates(ran: Ran) -> tuple[Any, ...]:
    scores = ran.scores["all"]
    names = ("tasks", "errors", "pass^1", "pass^k", "wrong_write_rate")
    return tuple(scores[name] for name in names)


def test_who_is_always_right_has_all(run: Run) -> None:
    with ScriptedServer(answer_of=served(right(run))) as server:
        ran = run.of(server.url, "--k", 2, "--parallel", 2, OPENAI_API_KEY="sk-of-the-operator")

    assert ran.code == 0, ran.err
    assert rates(ran) == (3, 0, 1, 1, 0)
    assert (ran.scores["model"], ran.scores["k"]) == ("some-model", 2)
    assert ran.scores["families"] == {"few": ran.scores["all"]}
    assert ran.scores["all"]["steps"] == pytest.approx((3 + 3 + 2) / 3, abs=0.01)
    assert ran.scores["all"]["output_tokens"] == pytest.approx(8 * (3 + 3 + 2) / 3, abs=0.01)
    assert "100.0 %" in ran.out.splitlines()[-1]
    assert "6 of 6 trials: 6 right, 0 wrong writes, 0 errors" in ran.err
    sent = server.requests[0]
    headers = {name.lower(): value for name, value in sent.headers.items()}
    assert sent.body["model"] == "some-model"
    assert headers["authorization"] == "Bearer sk-of-the-operator"
    assert any("2026-03-08" in str(request.body["messages"]) for request in server.requests)


def test_who_writes_to_another_row_is_never_right(run: Run) -> None:
    def plays(messages: list[Message]) -> str | list[ToolRequest]:
        if messages[-1]["role"] == "user":
            return [call("create_task", title="Something else")]
        return "Done."

    with ScriptedServer(answer_of=served(plays)) as server:
        ran = run.of(server.url)

    # "Tea" does ask for a new task: that it is another one is a failure, and no wrong write.
    assert rates(ran) == (3, 0, 0, 0, pytest.approx(2 / 3, abs=0.001))


def test_who_is_right_one_time_in_two_is_never_right_twice(run: Run) -> None:
    asked: Counter[str] = Counter()

    def plays(messages: list[Message]) -> str | list[ToolRequest]:
        case = case_of(run, messages)
        asked[case.title] += messages[-1]["role"] == "user"
        moody = case.title == "Milk" and asked[case.title] == 1
        return "I would rather not." if moody else perfect(case)(messages)

    with ScriptedServer(answer_of=served(plays)) as server:
        ran = run.of(server.url, "--k", 2)

    assert rates(ran) == (
        3,
        0,
        pytest.approx(2.5 / 3, abs=0.001),
        pytest.approx(2 / 3, abs=0.001),
        0,
    )
    assert ran.scores["all"]["pass^2"] == ran.scores["all"]["pass^k"]


def test_who_only_reads_is_right_where_nothing_is_to_be_done(run: Run) -> None:
    with ScriptedServer(answer_of=served(reads)) as server:
        ran = run.of(server.url)

    assert rates(ran) == (3, 0, pytest.approx(1 / 3, abs=0.001), pytest.approx(1 / 3, abs=0.001), 0)


def test_errors_are_no_failures_and_are_tried_again(run: Run) -> None:
    def broken(body: dict[str, Any]) -> Answer:
        return fails(503) if is_tea(body) else served(right(run))(body)

    with ScriptedServer(answer_of=broken) as server:
        ran = run.of(server.url)
    assert ran.code == 1
    assert rates(ran) == (2, 1, 1, 1, 0)
    assert [trial["error"] for trial in ran.trials if trial["error"]] == ["llm_unavailable"]
    assert "Trials without an answer to judge: llm_unavailable 1. Run it again" in ran.err

    with ScriptedServer(answer_of=served(right(run))) as server:
        ran = run.of(server.url)
    assert ran.code == 0
    assert rates(ran) == (3, 0, 1, 1, 0)
    assert server.hits == 3
    assert "2 trials are in" in ran.err


def test_an_endpoint_that_never_answers_is_not_asked_for_ever(run: Run) -> None:
    with ScriptedServer(answer_of=lambda _body: fails(401)) as server:
        ran = run.of(server.url, "--k", 9)

    assert ran.code == 1
    assert (len(ran.trials), ran.out, ran.scores) == (5, "", {})
    assert "5 trials in a row came to no answer: llm_misconfigured 5" in ran.err
    assert "manage.py try_model" in ran.err
    assert "Traceback" not in ran.err

    with ScriptedServer(answer_of=served(right(run))) as server:
        ran = run.of(server.url, "--k", 3)
    assert (ran.code, rates(ran)) == (0, (3, 0, 1, 1, 0))


def test_what_came_to_no_answer_stands_in_nobodys_way(run: Run) -> None:
    def broken(body: dict[str, Any]) -> Answer:
        return fails(401) if is_tea(body) else served(right(run))(body)

    with ScriptedServer(answer_of=broken) as server:
        run.of(server.url)
        first_asked = server.hits
        run.of(server.url, "--k", 2)

    later = [str(each.body["messages"][1]["content"]) for each in server.requests[first_asked:]]
    assert "I bought the milk" in later[0]
    assert "tea" in later[-1]


def test_a_run_that_was_killed_goes_on(run: Run) -> None:
    def stops(body: dict[str, Any]) -> Answer:
        return hangs if is_tea(body) else served(right(run))(body)

    with ScriptedServer(answer_of=stops) as server:
        process = run.start("--model", "some-model", "--base-url", server.url)
        while not run.trials() or not any(is_tea(each.body) for each in server.requests):
            sleep(0.05)
        process.kill()
        process.communicate()
    with run.results.open("a") as torn:
        torn.write('{"case": "few/Thanks", "num')

    with ScriptedServer(answer_of=served(right(run))) as server:
        ran = run.of(server.url)

    assert rates(ran) == (3, 0, 1, 1, 0)
    assert Counter(trial["case"] for trial in ran.trials) == {
        "few/Milk": 1,
        "few/Tea": 1,
        "few/Thanks": 1,
    }
    first_asked = [str(each.body["messages"][1]["content"]) for each in server.requests]
    assert not any("I bought the milk" in words for words in first_asked)


def test_ctrl_c_leaves_what_is_done(run: Run) -> None:
    def stops(body: dict[str, Any]) -> Answer:
        return hangs if is_tea(body) else served(right(run))(body)

    with ScriptedServer(answer_of=stops) as server:
        process = run.start("--model", "some-model", "--base-url", server.url)
        while not run.trials():
            sleep(0.05)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "Stopped. What is done is kept in" in err
    assert "Traceback" not in err
    assert [trial["passed"] for trial in run.trials()] == [True]


def test_the_built_in_assistant_plays_too_and_no_configured_database_is_touched(run: Run) -> None:
    database = run.folder / "mine.sqlite3"

    ran = run.run(
        DATABASE_URL=f"sqlite:///{database}",
        OPENAI_API_KEY="sk-of-the-operator",
        OPENAI_BASE_URL="http://127.0.0.1:1/v1",
    )

    assert ran.code == 0, ran.err
    assert ran.scores["model"] == "built-in"
    assert rates(ran)[:2] == (3, 0)
    assert ran.scores["all"]["input_tokens"] is None
    assert database.stat().st_size == 0


def test_fresh_forgets_and_a_case_that_has_changed_is_tried_again(run: Run) -> None:
    run.run()
    file = run.folder / "cases" / "few.txt"
    file.write_text(file.read_text().replace("thank you", "thanks a lot"), encoding="utf-8")

    again = run.run()
    fresh = run.run("--fresh")

    assert [trial["case"] for trial in again.trials[3:]] == ["few/Thanks"]
    assert rates(again)[0] == 3
    assert len(fresh.trials) == 3


def test_what_cannot_be_is_told_in_a_sentence(run: Run) -> None:
    for options, sentence in (
        (["--k=0"], "--k is 0. Give 1 to 100."),
        (["--model=gpt-9"], "Where is gpt-9? Give its --base-url."),
        (["--base-url=http://127.0.0.1/v1"], "Give the --model to ask for there."),
        (["--model=a", "--base-url=here"], "--base-url is here."),
        (["--family=cooking"], "There is no family cooking. There are: ambiguity, "),
        ([f"--cases={run.folder}"], "there is no file of cases"),
        ([f"--results={run.folder}"], "Is a directory"),
    ):
        with pytest.raises(CommandError, match=re.escape(sentence)):
            call_command("evaluate", *options)


def test_a_case_that_cannot_be_as_it_is_told_is_named(tmp_path: Path) -> None:
    odd = "\n# Odd\nnow 2026-11-21 12:10\ntask Tea\ntask Tea\n"

    ran = Run(tmp_path, f"{CASES}{odd}>> done\ndone Tea\n<< Yes.\n> hi\nsame\n").run()

    assert ran.code == 1
    assert "few/Odd: “Tea” is not one row when “done” is said" in ran.err
    assert "Traceback" not in ran.err
