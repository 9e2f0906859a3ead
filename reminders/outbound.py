"""HTTP to addresses that users give."""


class NotAllowed(Exception):
    """The address may not be asked; its text says why, in a sentence for the user."""


def check(url: str) -> None:
    """Raises NotAllowed."""
    if not url.startswith(("http://", "https://")):
        raise NotAllowed("Give an address that begins with https:// or http://.")
