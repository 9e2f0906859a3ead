"""Files that wait for a yes."""

import zlib
from datetime import timedelta
from io import BytesIO
from typing import BinaryIO

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.ownership import Owned, OwnedQuerySet


class UploadQuerySet(OwnedQuerySet["Upload"]):
    """Fenced by owner, as all rows are."""


class Upload(Owned):
    """A file between its preview and its import, for a browser that runs no script.

    It goes when it has been used, and after a day.
    """

    untold = ("content",)
    kept_for = timedelta(days=1)

    name = models.CharField(max_length=255)
    format = models.CharField(max_length=10)
    content = models.BinaryField()

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def add(cls, user: User, file: BinaryIO, *, name: str, form: str) -> "Upload":
        """One a user: the one before goes."""
        cls.objects.for_user(user).delete()
        file.seek(0)
        packed = zlib.compress(file.read(), level=6)
        return cls.objects.create(user=user, name=name[-255:], format=form, content=packed)

    def open(self) -> BinaryIO:
        return BytesIO(zlib.decompress(self.content))
