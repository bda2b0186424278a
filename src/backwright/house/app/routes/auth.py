"""Accounts, logging in and out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Header, Response, status
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import TypeAdapter, ValidationError

from app.auth_schemas import (
    AccountDeletion,
    AccountEmail,
    EmailChange,
    EmailVerification,
    EmailVerificationRequest,
    Message,
    PasswordChange,
    PasswordReset,
    PasswordResetRequest,
    SessionPublic,
    TokenPair,
    TokenRefresh,
    UserCreate,
    UserPublic,
    UserUpdate,
)
from app.database import SessionDep
from app.login_throttle import LoginThrottleDep
from app.middleware.auth import CurrentUser
from app.services import auth_service, user_service
from app.services.auth_service import Login
from app.services.mail_service import MailServiceDep

router = APIRouter(prefix="/auth", tags=["auth"])

CHECK_MAIL = Message(message="Please read your mail: if the address is right, you will find a link")
UserAgent = Annotated[str | None, Header(include_in_schema=False)]

_email = TypeAdapter[str](AccountEmail)


@router.post("/register", status_code=status.HTTP_202_ACCEPTED)
async def register(
    data: UserCreate, session: SessionDep, mails: MailServiceDep, background: BackgroundTasks
) -> Message:
    """Make an account. The answer is the same for an address that has one; its owner gets mail."""
    new = await user_service.register_user(session, data)
    background.add_task(mails.registered, data.email, new=new)
    return CHECK_MAIL


@router.post("/login")
async def login(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    response: Response,
    session: SessionDep,
    throttle: LoginThrottleDep,
    user_agent: UserAgent = None,
) -> TokenPair:
    """Exchange address (`username`) and password for an access token and a refresh token."""
    attempt = Login(_parse_email(form.username), form.password, user_agent)
    tokens = await auth_service.log_in(session, throttle, attempt)
    return _never_store(response, tokens)


@router.post("/refresh")
async def refresh(data: TokenRefresh, response: Response, session: SessionDep) -> TokenPair:
    """Exchange a refresh token, which is good once, for a new pair."""
    tokens = await auth_service.refresh_session(session, data.refresh_token.get_secret_value())
    return _never_store(response, tokens)


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
async def logout(session: SessionDep, caller: CurrentUser) -> None:
    """End this session: its access and refresh tokens are worthless from now on."""
    await auth_service.log_out(session, caller)


@router.post("/logout-everywhere", status_code=status.HTTP_204_NO_CONTENT)
async def logout_everywhere(session: SessionDep, caller: CurrentUser) -> None:
    """End all sessions of the caller."""
    await auth_service.log_out_everywhere(session, caller)


@router.get("/sessions")
async def list_sessions(session: SessionDep, caller: CurrentUser) -> list[SessionPublic]:
    """List where the caller is logged in."""
    return await auth_service.list_sessions(session, caller)


@router.delete("/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT)
async def end_session(session_id: UUID, session: SessionDep, caller: CurrentUser) -> None:
    """End one session of the caller."""
    await auth_service.end_session(session, caller, session_id)


@router.get("/me")
async def read_me(session: SessionDep, caller: CurrentUser) -> UserPublic:
    """Read the caller's account."""
    return await user_service.get_user(session, caller)


@router.patch("/me")
async def update_me(data: UserUpdate, session: SessionDep, caller: CurrentUser) -> UserPublic:
    """Change what was given of the caller's account."""
    return await user_service.update_user(session, caller, data)


@router.post("/delete-account", status_code=status.HTTP_204_NO_CONTENT)
async def delete_account(
    data: AccountDeletion, session: SessionDep, throttle: LoginThrottleDep, caller: CurrentUser
) -> None:
    """Delete the caller's account and everything they own; the password proves that it is them."""
    await user_service.delete_user(session, throttle, caller, data)


@router.post("/change-password")
async def change_password(
    data: PasswordChange,
    response: Response,
    session: SessionDep,
    throttle: LoginThrottleDep,
    caller: CurrentUser,
    mails: MailServiceDep,
    background: BackgroundTasks,
    user_agent: UserAgent = None,
) -> TokenPair:
    """Set a new password. Every session ends, this one too; the answer begins a new one."""
    email, tokens = await user_service.change_password(session, throttle, caller, data, user_agent)
    background.add_task(mails.password_changed, email)
    return _never_store(response, tokens)


@router.post("/request-password-reset", status_code=status.HTTP_202_ACCEPTED)
async def request_password_reset(
    data: PasswordResetRequest, mails: MailServiceDep, background: BackgroundTasks
) -> Message:
    """Have a link mailed that sets a new password. The answer is the same for any address."""
    background.add_task(mails.reset_requested, data.email)
    return CHECK_MAIL


@router.post("/reset-password", status_code=status.HTTP_204_NO_CONTENT)
async def reset_password(
    data: PasswordReset,
    session: SessionDep,
    throttle: LoginThrottleDep,
    mails: MailServiceDep,
    background: BackgroundTasks,
) -> None:
    """Set a new password with a mailed token. Every session ends."""
    email = await user_service.reset_password(session, throttle, data)
    background.add_task(mails.password_changed, email)


@router.post("/request-email-verification", status_code=status.HTTP_202_ACCEPTED)
async def request_email_verification(
    data: EmailVerificationRequest, mails: MailServiceDep, background: BackgroundTasks
) -> Message:
    """Have the link mailed again that confirms an address. The answer is the same for any."""
    background.add_task(mails.verification_requested, data.email)
    return CHECK_MAIL


@router.post("/verify-email", status_code=status.HTTP_204_NO_CONTENT)
async def verify_email(data: EmailVerification, session: SessionDep) -> None:
    """Confirm an address with a mailed token."""
    await user_service.confirm_email(session, data.token.get_secret_value())


@router.post("/change-email", status_code=status.HTTP_202_ACCEPTED)
async def change_email(
    data: EmailChange,
    session: SessionDep,
    throttle: LoginThrottleDep,
    caller: CurrentUser,
    mails: MailServiceDep,
    background: BackgroundTasks,
) -> Message:
    """Have a link mailed to a new address; following it moves the account there."""
    account = await user_service.check_email_change(session, throttle, caller, data)
    background.add_task(mails.email_change_requested, account, data.email)
    return CHECK_MAIL


def _parse_email(text: str) -> str | None:
    """Return an address in its normal form; None for what cannot be one."""
    try:
        return _email.validate_python(text)
    except ValidationError:
        return None


def _never_store(response: Response, tokens: TokenPair) -> TokenPair:
    """Forbid caches to keep an answer with tokens (RFC 6749, section 5.1)."""
    response.headers["Cache-Control"] = "no-store"
    return tokens
