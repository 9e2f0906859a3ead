"""Files that wait for a yes."""

import zlib
from datetime import timedelta
from io import BytesIO
from typing import BinaryIO

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.ownership import Owned, OwnedQuerySet

UPLOAD_KEPT = timedelta(days=1)


class UploadQuerySet(OwnedQuerySet["Upload"]):
    def over(self) -> "UploadQuerySet":
        """Those that nobody has said yes to within a day."""
        return self.filter(created_at__lt=timezone.now() - UPLOAD_KEPT)


class Upload(Owned):
    """A file between its preview and its import, for a browser that runs no script.

    It goes when it has been used, and after a day.
    """

    untold = ("content",)

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
        """One a user: the ones before go, and so do those of others that are over."""
        cls.objects.for_user(user).delete()
        cls.objects.over().delete()
        file.seek(0)
        packed = zlib.compress(file.read(), level=6)
        return cls.objects.create(user=user, name=name[-255:], format=form, content=packed)

    def open(self) -> BinaryIO:
        return BytesIO(zlib.decompress(self.content))
