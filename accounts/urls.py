from django.urls import path

from accounts import views

urlpatterns = [
    path("register/", views.RegisterView.as_view()),
    path("token/", views.TokenView.as_view()),
    path("token/refresh/", views.RefreshView.as_view()),
    path("token/revoke/", views.RevokeView.as_view()),
    path("me/", views.AccountView.as_view()),
    path("me/export/", views.ExportView.as_view(), name="account-export"),
]
