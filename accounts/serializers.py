from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as InvalidPassword
from django.db import IntegrityError, transaction
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.models import Unasked, User, validate_time_zone
from accounts.preferences import Preference
from accounts.validators import LONGEST_PASSWORD
from web.fields import RequestBody, TextField


class NameField(TextField):
    """A username, in the one form of its letters in which all are kept (NFKC)."""

    def to_internal_value(self, data: Any) -> str:
        return User.normalize_username(super().to_internal_value(data))


class AccountSerializer(RequestBody, serializers.ModelSerializer[User]):
    time_zone = TextField(
        max_length=64,
        required=False,
        validators=[validate_time_zone],
        help_text="An IANA name such as Europe/Berlin.",
    )
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)

    class Meta:
        model = User
        fields = ["id", "username", "email", "time_zone"]
        read_only_fields = ["username"]

    def update(self, instance: User, validated_data: dict[str, Any]) -> User:
        """Raises User.DoesNotExist, as :meth:`User.keep` does."""
        for name, value in validated_data.items():
            setattr(instance, name, value)
        if validated_data:
            instance.keep(*validated_data)
        return instance


class OwnAccountSerializer(AccountSerializer):
    do_not_ask = serializers.ListField(
        child=serializers.ChoiceField(Unasked.choices),
        required=False,
        help_text="What the assistant does without asking, however many tasks it changes.",
    )

    class Meta(AccountSerializer.Meta):
        fields = [*AccountSerializer.Meta.fields, "do_not_ask", "enter_key"]

    def validate_do_not_ask(self, kinds: list[str]) -> list[str]:
        return [kind for kind in Unasked.values if kind in kinds]


class RegisterSerializer(AccountSerializer):
    username = NameField(
        max_length=150, validators=[User.username_validator], help_text="Letters, digits and @.+-_"
    )
    password = TextField(max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True)

    class Meta(AccountSerializer.Meta):
        fields = [*AccountSerializer.Meta.fields, "password"]
        read_only_fields = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        password = attrs["password"]
        account = {name: value for name, value in attrs.items() if name != "password"}
        try:
            validate_password(password, User(**account))
        except InvalidPassword as error:
            faults = [ErrorDetail(text, code="password") for text in error.messages]
            raise serializers.ValidationError({"password": faults}) from None
        return attrs

    def create(self, validated_data: dict[str, Any]) -> User:
        try:
            with transaction.atomic():
                return User.objects.create_user(**validated_data)
        except IntegrityError:
            taken = ErrorDetail("This name is taken.", code="unique")
            raise serializers.ValidationError({"username": [taken]}) from None


class CredentialsSerializer(serializers.Serializer[Any]):
    username = NameField(max_length=150)
    password = TextField(max_length=LONGEST_PASSWORD, trim_whitespace=False)


class PasswordSerializer(serializers.Serializer[Any]):
    password = TextField(max_length=LONGEST_PASSWORD, trim_whitespace=False)


class AccountExportSerializer(serializers.Serializer[Any]):
    thinking = serializers.BooleanField(
        default=False, help_text="With what models thought, as far as it is kept."
    )


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = TextField()


class TokenPairSerializer(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class PreferenceSerializer(serializers.ModelSerializer[Preference]):
    class Meta:
        model = Preference
        fields = ["id", "key", "value", "words", "message_id", "created_at"]
        read_only_fields = fields
