"""Endpoints for comments."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, status

from app.database import SessionDep
from app.middleware.auth import CurrentUser
from app.responses import Answer, errors
from app.routing import Router
from app.schemas import CommentCreate, CommentFilter, CommentPage, CommentPublic, CommentUpdate
from app.services import comment_service

router = Router(prefix="/comments", tags=["comments"], responses=errors(401))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=CommentPublic,
    responses=errors(400, 404, 409, 413),
)
async def create_comment(
    data: CommentCreate, request: Request, session: SessionDep, caller: CurrentUser
) -> Response:
    """Create a comment."""
    comment = await comment_service.create_comment(session, caller, data)
    headers = {"Location": f"{request.url.path}/{comment.id}"}
    return Answer(comment, status.HTTP_201_CREATED, headers)


@router.get("", response_model=CommentPage, responses=errors(400))
async def list_comments(
    query: Annotated[CommentFilter, Query()], session: SessionDep, caller: CurrentUser
) -> Response:
    """List your comments, a page at a time."""
    return Answer(await comment_service.list_comments(session, caller, query))


@router.get("/{comment_id}", response_model=CommentPublic, responses=errors(404))
async def read_comment(comment_id: UUID, session: SessionDep, caller: CurrentUser) -> Response:
    """Return one of your comments."""
    return Answer(await comment_service.get_comment(session, caller, comment_id))


@router.patch("/{comment_id}", response_model=CommentPublic, responses=errors(400, 404, 409, 413))
async def update_comment(
    comment_id: UUID, data: CommentUpdate, session: SessionDep, caller: CurrentUser
) -> Response:
    """Change some fields of a comment."""
    return Answer(await comment_service.update_comment(session, caller, comment_id, data))


@router.delete("/{comment_id}", status_code=status.HTTP_204_NO_CONTENT, responses=errors(404, 409))
async def delete_comment(comment_id: UUID, session: SessionDep, caller: CurrentUser) -> None:
    """Delete a comment."""
    await comment_service.delete_comment(session, caller, comment_id)
