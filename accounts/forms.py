"""The forms of the pages: what people type, and what is wrong with it."""

from functools import cache
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UserCreationForm
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.models import EnterKey, Unasked, User, time_zone_names

# What the names of places begin with; the others are older names and offsets.
REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)

Choice = tuple[Any, Any]


def time_zone_choices() -> list[Choice]:
    """All names, each region a group: whoever types "Ber" in the list comes to Berlin."""
    names = sorted(time_zone_names() - {"UTC"})
    places = [name for name in names if name.startswith(tuple(f"{region}/" for region in REGIONS))]
    others = [name for name in names if name not in places]
    groups: list[Choice] = [(region, _places_of(region, places)) for region in REGIONS]
    return [("UTC", "UTC"), *groups, (_("Other"), [(name, name) for name in others])]


def _places_of(region: str, names: list[str]) -> list[Choice]:
    start = f"{region}/"
    return [
        (name, name.removeprefix(start).replace("/", " / ").replace("_", " "))
        for name in names
        if name.startswith(start)
    ]


class TimeZoneSelect(forms.Select):
    """Its 600 options are drawn once: Django would render a template for each, every time."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = f'value="{escape(value)}"'
        options = _time_zone_options().replace(f"{chosen}>", f"{chosen} selected>")
        shown = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return format_html("<select{}>{}</select>", shown, mark_safe(options))  # noqa: S308 - ours


@cache
def _time_zone_options() -> str:
    return "".join(map(_option, time_zone_choices()))


def _option(choice: Choice) -> str:
    value, shown = choice
    if isinstance(shown, list):
        inside = mark_safe("".join(map(_option, shown)))  # noqa: S308 - each is made below
        return format_html('<optgroup label="{}">{}</optgroup>', value, inside)
    return format_html('<option value="{}">{}</option>', value, shown)


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("The name or the password is wrong."),
    }


class SignUpForm(UserCreationForm[User]):
    # Filled in by a script, where there is one; never a reason not to let somebody in.
    time_zone = forms.Field(required=False, widget=forms.HiddenInput)

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "email", "time_zone")
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "email"})}
        help_texts = {"email": _("Optional.")}

    def clean_time_zone(self) -> str:
        name = self.cleaned_data["time_zone"]
        return name if name in time_zone_names() else "UTC"


class SettingsForm(forms.ModelForm[User]):
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zone_choices,
        widget=TimeZoneSelect,
        help_text=_("Your clock: it decides when “today” ends and when “at 5pm” is."),
    )

    do_not_ask = forms.MultipleChoiceField(
        label=_("Do not ask me before"),
        choices=Unasked.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "The assistant asks before it changes more than 10 tasks at once. Before it deletes "
            "more than 3, or acts on words that somebody else wrote, it always asks."
        ),
    )

    enter_key = forms.ChoiceField(
        label=_("The Enter key in a message"),
        choices=EnterKey.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Ctrl and Enter always send; Shift and Enter always begin a new line."),
    )

    class Meta:
        model = User
        fields = ("email", "time_zone", "enter_key", "do_not_ask")
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "email"})}
        help_texts = {"email": _("Optional.")}

    def clean_enter_key(self) -> str:
        """A form that does not have it leaves it as it is."""
        return self.cleaned_data["enter_key"] or self.instance.enter_key

    def save(self, commit: bool = True) -> User:
        """These fields alone. Raises User.DoesNotExist, as :meth:`User.keep` does."""
        self.instance.keep(*self.Meta.fields)
        return self.instance


class NewPasswordForm(PasswordChangeForm):
    def save(self, commit: bool = True) -> User:
        """The password alone. Raises User.DoesNotExist, as :meth:`User.keep` does."""
        user: User = self.set_password_and_save(self.user, "new_password1", commit=False)
        user.keep("password")
        return user


class DeleteForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("So that nobody else does this on your open screen."),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError(_("The password is wrong."), code="password_incorrect")
        return password
