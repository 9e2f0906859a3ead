"""What the model is told of whom, while many talk at once, over two server processes."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import pytest

from tests.factories import ConversationFactory, UserFactory
from tests.fakes.answers import obliges
from tests.served.conftest import Pair
from tests.served.processes import Model, Mortal, client_of

pytestmark = pytest.mark.only_on("postgresql")  # it is about who is told what

ROUNDS = 25  # on each server


def test_no_prompt_tells_one_user_of_another(
    pair: Pair, model: Model, threads: ThreadPoolExecutor
) -> None:
    model.begin(answer_of=obliges)
    talks = {mark: ConversationFactory(user=UserFactory()) for mark in ("Aubergine", "Beetroot")}

    def talk(server: Mortal, mark: str) -> list[int]:
        path = f"/api/conversations/{talks[mark].pk}/messages/"
        with client_of(server, talks[mark].user) as client:
            says = ({"content": f"{mark} {number}"} for number in range(ROUNDS))
            return [client.post(path, json=said).status_code for said in says]

    statuses = list(threads.map(talk, islice(cycle(pair), 4), ["Aubergine"] * 2 + ["Beetroot"] * 2))

    assert statuses == [[201] * ROUNDS] * 4
    prompts = [str(request.body) for request in model.requests]
    assert len(prompts) == 2 * 2 * 2 * ROUNDS
    for prompt in prompts:
        assert ("Aubergine" in prompt) != ("Beetroot" in prompt)
