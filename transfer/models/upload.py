"""Files that wait for a yes."""

import zlib
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import BinaryIO
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.ownership import Owned, OwnedQuerySet

PIECE = 64 * 1024


class UploadQuerySet(OwnedQuerySet["Upload"]):
    def named(self, key: str) -> "Upload | None":
        """None where there is none of this key, whatever stands there."""
        try:
            return self.filter(pk=UUID(key)).first()
        except ValueError:
            return None


class Upload(Owned):
    """A file between its preview on the page and its import, so that it is chosen once.

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
        packer = zlib.compressobj()
        packed = b"".join(
            [*map(packer.compress, iter(partial(file.read, PIECE), b"")), packer.flush()]
        )
        return cls.objects.create(user=user, name=name[-255:], format=form, content=packed)

    def open(self) -> BinaryIO:
        return BytesIO(zlib.decompress(self.content))
