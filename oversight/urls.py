from django.urls import path

from oversight import views

urlpatterns = [
    path("activity/", views.activity, name="activity"),
    path("activity/<slug:name>.csv", views.table, name="activity-table"),
    path("stuck/", views.stuck, name="stuck"),
    path("seen/<uuid:key>/", views.prompt, name="seen"),
]
