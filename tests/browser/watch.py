"""What no page may do, whatever a test looks at."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Request, WebError


class Watch:
    """Notes the `faults` of all pages in the contexts that it follows.

    These are errors in the console, where Chromium tells of every violation of the content security
    policy and of every answer from 400 up, exceptions that nobody caught, requests to another
    origin, and dialogs. What contains a text given to `allow` is none; an allowed dialog is
    accepted, any other dismissed.
    """

    def __init__(self, origin: str) -> None:
        self.faults: list[str] = []
        self._origin = origin
        self._allowed: list[str] = []

    def allow(self, *texts: str) -> None:
        self._allowed.extend(texts)

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"console: {message.text} ({message.location['url'] or 'no place'})")

    def _error(self, error: WebError) -> None:
        self._note(f"uncaught: {error.error}")

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if f"{url.scheme}://{url.netloc}" != self._origin:
            self._note(f"asked another origin: {request.url}")

    def _dialog(self, dialog: Dialog) -> None:
        if self._note(f"{dialog.type}: {dialog.message}"):
            dialog.dismiss()
        else:
            dialog.accept()

    def _note(self, fault: str) -> bool:
        """True if it is one."""
        if any(text in fault for text in self._allowed):
            return False
        self.faults.append(fault)
        return True
