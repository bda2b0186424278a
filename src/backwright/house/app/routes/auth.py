"""Accounts, logging in and out."""

from typing import Annotated
from uuid import UUID

from fastapi import BackgroundTasks, Depends, Header, Response, status
from fastapi.security import OAuth2PasswordRequestForm

from app.auth_schemas import (
    AccountDeletion,
    EmailChange,
    EmailVerification,
    EmailVerificationRequest,
    Message,
    PasswordChange,
    PasswordReset,
    PasswordResetRequest,
    SessionList,
    TokenPair,
    TokenRefresh,
    UserCreate,
    UserPublic,
    UserUpdate,
)
from app.database import SessionDep
from app.login_throttle import LoginThrottleDep
from app.middleware.auth import CurrentUser
from app.responses import Answer, errors
from app.routing import Router
from app.services import auth_service, user_service
from app.services.account_mail_service import MailServiceDep
from app.services.auth_service import Login

router = Router(prefix="/auth", tags=["auth"])

CHECK_MAIL = Message(message="If the address is valid, we have sent you an email.")
UserAgent = Annotated[str | None, Header(include_in_schema=False)]


@router.post(
    "/register",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=Message,
    responses=errors(400, 413),
)
async def register(
    data: UserCreate,
    session: SessionDep,
    throttle: LoginThrottleDep,
    mails: MailServiceDep,
    background: BackgroundTasks,
) -> Response:
    """Make an account. The answer is the same for an address that has one; its owner gets mail."""
    new = await user_service.register_user(session, throttle, data)
    background.add_task(mails.registered, data.email, new=new)
    return Answer(CHECK_MAIL, status.HTTP_202_ACCEPTED)


@router.post("/login", response_model=TokenPair, responses=errors(400, 401, 413))
async def login(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    session: SessionDep,
    throttle: LoginThrottleDep,
    user_agent: UserAgent = None,
) -> Response:
    """Exchange address (`username`) and password for an access token and a refresh token."""
    attempt = Login(form.username, form.password, user_agent)
    tokens = await auth_service.log_in(session, throttle, attempt)
    return Answer(tokens)


@router.post("/refresh", response_model=TokenPair, responses=errors(400, 401, 413))
async def refresh(data: TokenRefresh, session: SessionDep) -> Response:
    """Exchange a refresh token, which is good once, for a new pair."""
    tokens = await auth_service.refresh_session(session, data.refresh_token.get_secret_value())
    return Answer(tokens)


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT, responses=errors(401))
async def logout(session: SessionDep, caller: CurrentUser) -> None:
    """End this session: its access and refresh tokens are worthless from now on."""
    await auth_service.log_out(session, caller)


@router.post("/logout-everywhere", status_code=status.HTTP_204_NO_CONTENT, responses=errors(401))
async def logout_everywhere(session: SessionDep, caller: CurrentUser) -> None:
    """End all sessions of the caller."""
    await auth_service.log_out_everywhere(session, caller)


@router.get("/sessions", response_model=SessionList, responses=errors(401))
async def list_sessions(session: SessionDep, caller: CurrentUser) -> Response:
    """List where the caller is logged in."""
    return Answer(await auth_service.list_sessions(session, caller))


@router.delete(
    "/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT, responses=errors(401, 404)
)
async def end_session(session_id: UUID, session: SessionDep, caller: CurrentUser) -> None:
    """End one session of the caller."""
    await auth_service.end_session(session, caller, session_id)


@router.get("/me", response_model=UserPublic, responses=errors(401))
async def read_me(session: SessionDep, caller: CurrentUser) -> Response:
    """Read the caller's account."""
    return Answer(await user_service.get_user(session, caller))


@router.patch("/me", response_model=UserPublic, responses=errors(400, 401, 413))
async def update_me(data: UserUpdate, session: SessionDep, caller: CurrentUser) -> Response:
    """Change what was given of the caller's account."""
    return Answer(await user_service.update_user(session, caller, data))


@router.post(
    "/delete-account", status_code=status.HTTP_204_NO_CONTENT, responses=errors(400, 401, 413)
)
async def delete_account(
    data: AccountDeletion, session: SessionDep, throttle: LoginThrottleDep, caller: CurrentUser
) -> None:
    """Delete the caller's account and everything they own; the password proves that it is them."""
    await user_service.delete_user(session, throttle, caller, data)


@router.post("/change-password", response_model=TokenPair, responses=errors(400, 401, 413))
async def change_password(
    data: PasswordChange,
    session: SessionDep,
    throttle: LoginThrottleDep,
    caller: CurrentUser,
    mails: MailServiceDep,
    background: BackgroundTasks,
    user_agent: UserAgent = None,
) -> Response:
    """Set a new password. Every session ends, this one too; the answer begins a new one."""
    email, tokens = await user_service.change_password(session, throttle, caller, data, user_agent)
    background.add_task(mails.password_changed, email)
    return Answer(tokens)


@router.post(
    "/request-password-reset",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=Message,
    responses=errors(400, 413),
)
async def request_password_reset(
    data: PasswordResetRequest, mails: MailServiceDep, background: BackgroundTasks
) -> Response:
    """Have a link mailed that sets a new password. The answer is the same for any address."""
    background.add_task(mails.reset_requested, data.email)
    return Answer(CHECK_MAIL, status.HTTP_202_ACCEPTED)


@router.post("/reset-password", status_code=status.HTTP_204_NO_CONTENT, responses=errors(400, 413))
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


@router.post(
    "/request-email-verification",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=Message,
    responses=errors(400, 413),
)
async def request_email_verification(
    data: EmailVerificationRequest, mails: MailServiceDep, background: BackgroundTasks
) -> Response:
    """Have the link mailed again that confirms an address. The answer is the same for any."""
    background.add_task(mails.verification_requested, data.email)
    return Answer(CHECK_MAIL, status.HTTP_202_ACCEPTED)


@router.post(
    "/verify-email", status_code=status.HTTP_204_NO_CONTENT, responses=errors(400, 409, 413)
)
async def verify_email(data: EmailVerification, session: SessionDep) -> None:
    """Confirm an address with a mailed token."""
    await user_service.confirm_email(session, data.token.get_secret_value())


@router.post(
    "/change-email",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=Message,
    responses=errors(400, 401, 413),
)
async def change_email(
    data: EmailChange,
    session: SessionDep,
    throttle: LoginThrottleDep,
    caller: CurrentUser,
    mails: MailServiceDep,
    background: BackgroundTasks,
) -> Response:
    """Have a link mailed to a new address; following it moves the account there."""
    account = await user_service.check_email_change(session, throttle, caller, data)
    background.add_task(mails.email_change_requested, account, data.email)
    return Answer(CHECK_MAIL, status.HTTP_202_ACCEPTED)
