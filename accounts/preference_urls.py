from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.PreferencesView.as_view(), name="preferences"),
    path("<id:pk>/", views.PreferenceView.as_view(), name="preference"),
]
