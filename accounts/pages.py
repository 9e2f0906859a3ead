"""The account with a browser: sign-up, sign-in and sign-out, settings, password and the end."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, path, resolve, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import UpdateView, View

from accounts.authentication import user_of
from accounts.forgotten import ForgottenView, NewPasswordView
from accounts.forms import DeleteForm, NewPasswordForm, SettingsForm, SignInForm, SignUpForm
from accounts.models import User
from accounts.throttled_form import ThrottledFormView
from accounts.throttles import (
    count_wrong_password,
    throttle_password,
    throttle_sign_in,
    throttle_sign_up,
)

WRONG_PASSWORD = {"invalid_login", "password_incorrect"}
PAGES_OF_ADMIN = ("index", "app_list", "_changelist", "_add", "_change", "_history", "_delete")


class PasswordFormView(ThrottledFormView):
    """Asks for the password of an account."""

    @property
    def account_name(self) -> str:
        raise NotImplementedError

    def throttle(self, request: HttpRequest) -> None:
        throttle_password(request, self.account_name)

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Raises Throttled."""
        faults = [fault.code for faults in form.errors.as_data().values() for fault in faults]
        if not WRONG_PASSWORD.isdisjoint(faults):
            count_wrong_password(self.request, self.account_name)
        return super().form_invalid(form)


class EntranceView(ThrottledFormView, LoginView[Any]):
    """Signing in or up leads on to where somebody was going."""

    redirect_authenticated_user = True

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Empty for what is no page of ours to be read."""
        where = super().get_redirect_url()
        return where if _is_page(where) else ""


def _is_page(address: str) -> bool:
    """Neither what acts, nor what is for programs, nor a door, which would only send on."""
    try:
        found = resolve(urlsplit(address).path.rstrip("/") + "/")
    except Resolver404:
        return False
    name = found.url_name or ""
    return name.endswith(PAGES_OF_ADMIN) if found.app_name == "admin" else name in settings.PAGES


class SignInView(PasswordFormView, EntranceView):
    authentication_form = SignInForm

    @property
    def account_name(self) -> str:
        return User.normalize_username(self.request.POST.get("username", "").strip())

    def throttle(self, request: HttpRequest) -> None:
        throttle_sign_in(request)
        super().throttle(request)


class SignUpView(EntranceView):
    authentication_form: type[BaseForm] = SignUpForm
    template_name = "registration/signup.html"

    def throttle(self, request: HttpRequest) -> None:
        throttle_sign_up(request)

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        del kwargs["request"]  # signing in takes it, signing up does not
        return kwargs

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        try:
            with transaction.atomic():
                user = form.save()
        except IntegrityError:  # somebody else was faster
            form.add_error("username", form.instance.unique_error_message(User, ["username"]))
            return self.form_invalid(form)
        login(self.request, user)
        return redirect(self.get_success_url())


@method_decorator(sensitive_post_parameters(), name="dispatch")
class AccountPage(LoginRequiredMixin):
    """Of whoever is signed in; and if the account is erased meanwhile, that is nobody."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except User.DoesNotExist:
            logout(request)
            return self.handle_no_permission()

    @property
    def account(self) -> User:
        return user_of(self.request)


class SettingsView(AccountPage, SuccessMessageMixin[SettingsForm], UpdateView[User, SettingsForm]):
    form_class = SettingsForm
    template_name = "accounts/settings.html"
    success_url = reverse_lazy("settings")
    success_message = _("Your settings are saved.")

    def get_object(self, queryset: QuerySet[User] | None = None) -> User:
        return self.account

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(preferences=self.account.preferences(), **more)


class ForgetView(AccountPage, View):
    """One of the things that they told."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        if not self.account.forget([pk]):
            raise Http404
        messages.success(request, _("That is forgotten."))
        return redirect("settings")


class OwnPasswordPage(AccountPage, PasswordFormView):
    @property
    def account_name(self) -> str:
        return self.account.username


class PasswordView(OwnPasswordPage, SuccessMessageMixin[NewPasswordForm], PasswordChangeView):
    form_class = NewPasswordForm
    template_name = "accounts/password.html"
    success_url = reverse_lazy("settings")
    success_message = _("Your password is changed. You are signed out everywhere else.")


def without_traces(response: HttpResponse) -> HttpResponse:
    """Has the browser forget the drafts that the page of the chat keeps in it."""
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


class SignOutView(LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return without_traces(super().post(request, *args, **kwargs))


class DeleteView(OwnPasswordPage):
    form_class = DeleteForm
    template_name = "accounts/delete.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.account}

    def form_valid(self, form: DeleteForm) -> HttpResponse:
        self.account.erase()
        logout(self.request)
        messages.success(self.request, _("Your account is deleted, and all that was in it."))
        return without_traces(redirect("login"))


urlpatterns = [
    path("login/", SignInView.as_view(), name="login"),
    path("logout/", SignOutView.as_view(), name="logout"),
    path("signup/", SignUpView.as_view(), name="signup"),
    path("settings/", SettingsView.as_view(), name="settings"),
    path("settings/forget/<id:pk>/", ForgetView.as_view(), name="forget"),
    path("password/", PasswordView.as_view(), name="password"),
    path("forgotten/", ForgottenView.as_view(), name="forgotten"),
    path("forgotten/<uidb64>/<token>/", NewPasswordView.as_view(), name="new-password"),
    path("delete/", DeleteView.as_view(), name="delete-account"),
]
