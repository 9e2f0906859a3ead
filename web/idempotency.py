"""What an Idempotency-Key is, at every door that takes one."""

import re

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

VISIBLE = re.compile(r"[\x21-\x7e]{1,200}")
HEADER = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}
IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="1 to 200 visible characters. The same key and body get the same answer again.",
)


class IdempotencyKeyReused(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key came with another request before. Use a new one."


def check_key(key: str | None) -> None:
    if key is not None and not VISIBLE.fullmatch(key):
        fault = ErrorDetail("Give 1 to 200 visible ASCII characters.", code="invalid")
        raise ValidationError({HEADER: [fault]})
