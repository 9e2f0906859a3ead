from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from rest_framework_simplejwt.token_blacklist import admin as token_pages  # noqa: F401
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts.models import User

admin.site.site_header = admin.site.site_title = "Todo Chat"

# The token pages show refresh tokens as they are. The import above makes sure that they have been
# registered by now, whatever the order of the apps.
admin.site.unregister([BlacklistedToken, OutstandingToken])


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
    fieldsets = (*(UserAdmin.fieldsets or ()), ("Todo Chat", {"fields": ("time_zone",)}))

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
