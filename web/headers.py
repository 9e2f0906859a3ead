"""What a browser may do with an answer: headers that bind it, and are on every one."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]
Policy = dict[str, list[str]]  # directives and their sources, as in Django 6

NOTHING: Policy = {"default-src": ["'none'"], "frame-ancestors": ["'none'"]}
SWAGGER: Policy = {
    "img-src": ["'self'", "data:"],
    # The one style sheet that stands in its page.
    "style-src": ["'self'", "'sha256-MMpT0iDxyjALd9PdfepImGX3DBfJPXZ4IlDWdPAgtn0='"],
}


def security_headers(get_response: GetResponse) -> GetResponse:
    """Middleware, the first of all: what the others refuse passes it, too."""
    policies = [
        ("/api/docs/", _header({**settings.SECURE_CSP, **SWAGGER})),
        *((path, _header(NOTHING)) for path in settings.MACHINE_PATHS),
        ("", _header(settings.SECURE_CSP)),
    ]

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = next(
            policy for path, policy in policies if request.path.startswith(path)
        )
        # Else the back button would show a page after signing out. Static files have their own.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def _header(policy: Policy) -> str:
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in policy.items())
