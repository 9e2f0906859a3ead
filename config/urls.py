"""The table of contents of the whole HTTP surface, in the order of docs/api.md."""

from django.contrib import admin
from django.urls import include, path

from config import document, health
from oversight.metrics import metrics
from transfer.calendar import FeedView

handler400 = "web.errors.bad_request"
handler403 = "web.errors.permission_denied"
handler404 = "web.errors.not_found"
handler500 = "web.errors.server_error"

urlpatterns = [
    path("api/auth/", include("accounts.urls")),
    path("api/preferences/", include("accounts.preference_urls")),
    path("api/keys/", include("accounts.key_urls")),
    path("api/", include("chat.urls")),
    path("api/", include("conversations.urls")),
    path("api/", include("transfer.urls")),
    path("api/", include("todos.urls")),
    path("api/", include("reminders.urls")),
    path("calendar/<str:secret>.ics", FeedView.as_view(), name="calendar-feed"),
    path("", include("chat.doors.urls")),
    path("", include("chat.dialects")),
    path("health/", health.alive),
    path("health/ready/", health.ready),
    path("metrics/", metrics),
    path("api/schema/", document.document, name="schema"),
    path("api/docs/", document.page, name="docs"),
    path("", include("chat.pages.urls")),
    path("accounts/", include("accounts.pages")),
    path("admin/", include("oversight.urls")),
    path("admin/", admin.site.urls),
]
