from django.urls import path

from benchmarks.bench.floors import reads, turns

urlpatterns = [
    path("health/", turns.health),
    path("f1/", turns.bare),
    path("f2/", turns.with_the_model),
    path("f2-streamed/", turns.with_its_stream),
    path("latest/", reads.latest),
    path("conversations/", reads.conversations),
]
