"""Forms that are not looked at once too many were sent."""

from math import ceil
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext
from django.views.generic import FormView
from rest_framework.exceptions import Throttled


class ThrottledFormView(FormView[Any]):
    """Counts the forms that are sent; once there are too many, none of them is looked at."""

    def throttle(self, request: HttpRequest) -> None:
        """Raises Throttled."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.throttle(request)
            return super().post(request, *args, **kwargs)
        except Throttled as refusal:
            return self.refuse(getattr(refusal, "wait", 1))

    def refuse(self, seconds: int) -> HttpResponse:
        """The form again, with what was typed, but passwords."""
        messages.error(self.request, _too_many_tries(ceil(seconds / 60)))
        blank = {"data": None, "files": None, "initial": self.request.POST.dict()}
        form = self.get_form_class()(**self.get_form_kwargs() | blank)
        return self.render_to_response(
            self.get_context_data(form=form), status=429, headers={"Retry-After": str(seconds)}
        )


def _too_many_tries(minutes: int) -> str:
    return ngettext(
        "Too many tries. Try again in a minute.",
        "Too many tries. Try again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
