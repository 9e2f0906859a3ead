from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext

from accounts.keys import Key, KeyQuerySet
from accounts.models import User
from accounts.preferences import Preference

admin.site.site_header = admin.site.site_title = "Todo Chat"


def sign_in(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """The admin's own form would let anybody guess passwords without end: ours counts."""
    where = request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index"))
    if not request.user.is_authenticated:
        return redirect_to_login(where)
    if not admin.site.has_permission(request):
        raise PermissionDenied
    return redirect("admin:index")


def change_password(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponse:
    """Likewise."""
    return redirect("password")


admin.site.login = sign_in  # type: ignore[method-assign]
admin.site.password_change = change_password  # type: ignore[method-assign, assignment]


class ReadOnly:
    """For records: whoever has the permission to view looks at them, and nobody does more."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    list_display = ("username", "email", "time_zone", "is_active", "is_staff", "date_joined")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        ("Todo Chat", {"fields": ("time_zone", "enter_key", "external_id")}),
    )
    readonly_fields = ("external_id",)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Whoever may delete an account may delete what belongs to it, read-only records too.

        They are not listed: there may be very many, and they are private.
        """
        names = [str(user) for user in objs]
        return names, {str(User._meta.verbose_name_plural): len(names)}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        obj.erase()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            user.erase()


@admin.register(Preference)
class PreferenceAdmin(ReadOnly, admin.ModelAdmin[Preference]):
    list_display = ("created_at", "user", "key", "value", "words")
    list_filter = ("key",)
    list_select_related = ("user",)
    search_fields = ("value", "user__username")
    ordering = ("-created_at", "-id")


@admin.register(Key)
class KeyAdmin(ReadOnly, admin.ModelAdmin[Key]):
    list_display = (
        *("created_at", "user", "name", "prefix", "scopes"),
        *("expires_at", "last_used_at", "last_door", "revoked_at"),
    )
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "last_door")
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__username")
    ordering = ("-created_at", "-id")
    exclude = ("key_hash",)
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_key")

    @admin.action(description="Revoke the selected keys", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: KeyQuerySet) -> None:
        number = queryset.revoke()
        told = ngettext("%d key was revoked.", "%d keys were revoked.", number) % number
        self.message_user(request, told, messages.SUCCESS)
