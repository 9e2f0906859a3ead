from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from accounts.models import User

admin.site.site_header = admin.site.site_title = "Todo Chat"


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    list_display = ("username", "email", "time_zone", "is_active", "is_staff", "date_joined")
    fieldsets = (*(UserAdmin.fieldsets or ()), ("Todo Chat", {"fields": ("time_zone",)}))
