"""Parts of paths."""

from django.urls import register_converter
from django.urls.converters import UUIDConverter


class AnyUUID(UUIDConverter):
    """``<id:…>``: Django's ``<uuid:…>``, also in capitals, as some platforms write theirs."""

    regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


register_converter(AnyUUID, "id")
