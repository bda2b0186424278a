"""The texts of the mails that users get about their accounts.

Links carry their token behind `#`: browsers keep that part to themselves, so it reaches no access
log and no `Referer`.
"""

from app.config import get_settings
from app.mail import Mail


def confirm_email_mail(recipient: str, token: str) -> Mail:
    """The mail that proves an address: at registration, and for a new address."""
    return Mail(
        recipient,
        "Confirm your address",
        f"Please confirm that this is your address:\n\n{_link('verify-email', token)}\n\n"
        f"The link is good for {get_settings().verification_token_hours} hours.\n"
        "If you did not ask for it, do not open it and ignore this mail.",
    )


def already_registered_mail(recipient: str) -> Mail:
    """The mail to the owner of an address that somebody tries to register or move to."""
    return Mail(
        recipient,
        "You already have an account",
        "Somebody, perhaps you, asked for an account with this address. You already have one.\n"
        "If you do not know its password, reset it:\n\n"
        f"{get_settings().frontend_url}/request-password-reset\n\n"
        "If it was not you, there is nothing to do.",
    )


def reset_password_mail(recipient: str, token: str) -> Mail:
    """The mail with the link to a new password."""
    return Mail(
        recipient,
        "Reset your password",
        f"Set a new password here:\n\n{_link('reset-password', token)}\n\n"
        f"The link is good for {get_settings().reset_token_minutes} minutes, and once.\n"
        "If you did not ask for it, ignore this mail: your password stays as it is.",
    )


def password_changed_mail(recipient: str) -> Mail:
    """The mail that tells a user of a new password, in case it was not them."""
    return Mail(
        recipient,
        "Your password was changed",
        "The password of your account was changed, and you were logged out everywhere.\n"
        "If it was not you, reset it:\n\n"
        f"{get_settings().frontend_url}/request-password-reset",
    )


def email_change_mail(recipient: str) -> Mail:
    """The mail to the old address while a new one waits to be confirmed."""
    return Mail(
        recipient,
        "Your address is about to change",
        "Somebody who knows your password asked to move your account to another address.\n"
        "If it was not you, change your password now: that cancels the move.",
    )


def _link(page: str, token: str) -> str:
    """A page of the frontend, with a token for it."""
    return f"{get_settings().frontend_url}/{page}#token={token}"
