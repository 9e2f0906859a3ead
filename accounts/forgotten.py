"""A forgotten password: a mail leads to a page where a new one is set."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import PasswordResetConfirmView, PasswordResetView
from django.contrib.messages.views import SuccessMessageMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.throttled_form import ThrottledFormView
from accounts.throttles import throttle_password, throttle_sign_in


class ForgottenView(ThrottledFormView, SuccessMessageMixin[Any], PasswordResetView):
    """Asks for the address of the account; tells nobody whether there is one with it.

    Where no mail can be sent it tells whom to ask.
    """

    template_name = "accounts/forgotten.html"
    email_template_name = "accounts/forgotten-mail.txt"
    subject_template_name = "accounts/forgotten-subject.txt"
    success_url = reverse_lazy("login")
    success_message = _("If an account has this address, a mail is on its way to it.")
    extra_context = {"sends_mail": settings.SENDS_MAIL}

    def throttle(self, request: HttpRequest) -> None:
        throttle_sign_in(request)
        throttle_password(request, request.POST.get("email", "").strip())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.SENDS_MAIL:
            raise Http404
        return super().post(request, *args, **kwargs)


class NewPasswordView(SuccessMessageMixin[Any], PasswordResetConfirmView):
    """Where the mail leads to, once and for PASSWORD_RESET_TIMEOUT."""

    template_name = "accounts/new-password.html"
    success_url = reverse_lazy("login")
    success_message = _("Your password is changed. Sign in with it.")
