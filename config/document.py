"""The document that clients are generated from (OpenAPI), and its page.

They are seldom asked for, and drf-spectacular is loaded when they are.
"""

from threading import Lock
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from rest_framework.settings import api_settings

from web.negotiation import FormatInQuery
from web.schema import describe_all

_one_at_a_time = Lock()
"""drf-spectacular looks for what describes our classes when it first makes a document, and another
thread meets what it has half found.
"""


@csrf_exempt
def document(request: HttpRequest) -> HttpResponseBase:
    from drf_spectacular.views import SpectacularAPIView

    answer = SpectacularAPIView.as_view(content_negotiation_class=FormatInQuery)
    with _one_at_a_time:
        return answer(request)


@csrf_exempt
def page(request: HttpRequest) -> HttpResponseBase:
    from drf_spectacular.views import SpectacularSwaggerSplitView

    options = {"url_name": "schema", "http_method_names": ["get", "head"]}
    return SpectacularSwaggerSplitView.as_view(**options)(request)


def describe(endpoints: list[Any]) -> list[Any]:
    """drf-spectacular's preprocessing hook: whatever it is started by, it knows all before.

    Its class of schemas brings nearly all of it, and REST framework asks for that of the settings
    wherever it looks at a view.
    """
    from drf_spectacular.openapi import AutoSchema

    from accounts.scheme import BearerScheme  # noqa: F401 - it registers itself

    api_settings.DEFAULT_SCHEMA_CLASS = AutoSchema  # type: ignore[assignment]
    describe_all()
    return endpoints
