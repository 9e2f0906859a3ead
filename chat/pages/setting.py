"""The pages of the settings that stand on more than the account."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.authentication import user_of
from accounts.models import User


def settings_page(view: Callable[[HttpRequest, User], HttpResponse]) -> Callable[..., HttpResponse]:
    """For signed-in users, in their time zone: it shows their settings, and takes their forms.

    What is shown once is in the answer to a form, and nowhere else.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    @login_required
    @wraps(view)
    def shown(request: HttpRequest) -> HttpResponse:
        user = user_of(request)
        with timezone.override(user.zone):
            return view(request, user)

    return shown
