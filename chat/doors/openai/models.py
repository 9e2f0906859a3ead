"""The one model that there is to choose: the assistant of this product."""

from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat.doors.openai import DOOR

MODEL = "todo-chat"
"""Who answers, whatever model was asked for: clients are set up with all sorts of names."""

SINCE = 1_764_547_200  # a time is asked for; nothing hangs on it
CARD: dict[str, Any] = {"id": MODEL, "object": "model", "created": SINCE, "owned_by": MODEL}


class ModelNotFound(APIException):
    status_code = 404
    default_code = "model_not_found"
    default_detail = f"There is one model here: {MODEL}."


class ModelsView(APIView):
    door = DOOR

    def get(self, request: Request) -> Response:
        return Response({"object": "list", "data": [CARD]})


class ModelView(APIView):
    door = DOOR

    def get(self, request: Request, name: str) -> Response:
        if name != MODEL:
            raise ModelNotFound
        return Response(CARD)
