"""The pages of the chat: what is shown, whole or in parts, and where its forms go."""

from django.urls import path

from chat.pages import actions, editing, installed, news, views

urlpatterns = [
    path("", views.home, name="home"),
    path("c/", views.conversations_part, name="conversations-part"),
    path("c/<id:pk>/", views.conversation, name="conversation"),
    path("c/<id:pk>/print/", views.printed, name="print"),
    path("c/<id:pk>/messages/", views.messages_part, name="messages-part"),
    path("calls/<id:pk>/", views.call_part, name="call-part"),
    path("tasks/", views.tasks_part, name="tasks-part"),
    path("deleted/", views.deleted_page, name="deleted"),
    path("news/", news.news, name="news"),
    path("find/", views.find, name="find"),
    path("manifest.webmanifest", installed.manifest, name="manifest"),
    path("worker.js", installed.worker, name="worker"),
    path("offline/", installed.offline, name="offline"),
    path("say/", actions.say, name="say"),
    path("c/<id:pk>/say/", actions.say, name="say-here"),
    path("c/<id:pk>/stop/", actions.stop, name="stop"),
    path("c/<id:pk>/rename/", actions.rename, name="rename"),
    path("c/<id:pk>/delete/", actions.delete, name="delete"),
    path("c/<id:pk>/restore/", actions.restore, name="restore"),
    path("messages/<id:pk>/undo/", actions.undo, name="undo"),
    path("messages/<id:pk>/again/", actions.again, name="ask-again"),
    path("messages/<id:pk>/edit/", actions.edit, name="edit"),
    path("acts/<id:pk>/undo/", actions.take_back, name="undo-act"),
    path("proposals/<id:pk>/approve/", actions.approve, name="approve"),
    path("proposals/<id:pk>/reject/", actions.reject, name="reject"),
    path("tasks/add/", actions.add_task, name="add-task"),
    path("tasks/catch-up/", actions.catch_up, name="catch-up"),
    path("tasks/<id:pk>/", editing.task_page, name="task"),
    path("tasks/<id:pk>/edit/", editing.edit_task, name="edit-task"),
    path("tasks/<id:pk>/delete/", editing.delete_task, name="delete-task"),
    path("tasks/<id:pk>/complete/", actions.complete_task, name="complete-task"),
    path("tasks/<id:pk>/reopen/", actions.reopen_task, name="reopen-task"),
    path("tasks/<id:pk>/restore/", actions.restore_task, name="restore-task"),
    path("lists/<id:pk>/restore/", actions.restore_list, name="restore-list"),
    path("tasks/<id:pk>/skip/", actions.skip_task, name="skip-task"),
]
