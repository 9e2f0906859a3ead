from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from rest_framework.test import APIClient

Sends = Callable[..., Any]


@pytest.fixture
def sends(client: APIClient) -> Sends:
    """Imports a file over HTTP; the answer."""

    def send(content: str | bytes, name: str = "file", **fields: str) -> Any:
        file = BytesIO(content.encode() if isinstance(content, str) else content)
        file.name = name
        return client.post("/api/import/", {"file": file, **fields}, format="multipart")

    return send
