"""What ends every sign-in of a user at once."""

from accounts.models import User


def change_password(user: User) -> None:
    user.set_password("another good secret")
    user.save(update_fields=["password"])


def deactivate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def erase(user: User) -> None:
    User.objects.get(pk=user.pk).erase()
