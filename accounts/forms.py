from django import forms
from django.contrib.auth.forms import BaseUserCreationForm
from django.utils.translation import gettext_lazy as _

from accounts.models import User, time_zone_names


class SignUpForm(BaseUserCreationForm[User]):
    time_zone = forms.TypedChoiceField(
        label=_("Time zone"),
        choices=lambda: [(name, name) for name in sorted(time_zone_names())],
        initial="UTC",
    )

    class Meta:
        model = User
        fields = ("username", "email", "time_zone")
