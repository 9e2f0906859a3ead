"""What OPTIONS tells."""

from typing import Any

from rest_framework.metadata import BaseMetadata
from rest_framework.request import Request


class AllowedMethods(BaseMetadata):
    """The methods, in the Allow header; all else is in the OpenAPI document."""

    def determine_metadata(self, request: Request, view: Any) -> dict[str, str]:
        return {}
