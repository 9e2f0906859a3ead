from django.urls import path

from accounts.key_views import KeyViewSet

urlpatterns = [
    path("", KeyViewSet.as_view({"get": "list", "post": "create"}), name="keys"),
    path("<id:pk>/", KeyViewSet.as_view({"delete": "destroy"}), name="key"),
]
