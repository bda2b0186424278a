"""Endpoints for tags."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, status

from app.database import SessionDep
from app.middleware.auth import CurrentUser
from app.responses import Answer, errors
from app.routing import Router
from app.schemas import TagCreate, TagFilter, TagPage, TagPublic, TagUpdate
from app.services import tag_service

router = Router(prefix="/tags", tags=["tags"], responses=errors(401))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=TagPublic,
    responses=errors(400, 409, 413),
)
async def create_tag(
    data: TagCreate, request: Request, session: SessionDep, caller: CurrentUser
) -> Response:
    """Create a tag."""
    tag = await tag_service.create_tag(session, caller, data)
    headers = {"Location": f"{request.url.path}/{tag.id}"}
    return Answer(tag, status.HTTP_201_CREATED, headers)


@router.get("", response_model=TagPage, responses=errors(400))
async def list_tags(
    query: Annotated[TagFilter, Query()], session: SessionDep, caller: CurrentUser
) -> Response:
    """List your tags, a page at a time."""
    return Answer(await tag_service.list_tags(session, caller, query))


@router.get("/{tag_id}", response_model=TagPublic, responses=errors(404))
async def read_tag(tag_id: UUID, session: SessionDep, caller: CurrentUser) -> Response:
    """Return one of your tags."""
    return Answer(await tag_service.get_tag(session, caller, tag_id))


@router.patch("/{tag_id}", response_model=TagPublic, responses=errors(400, 404, 409, 413))
async def update_tag(
    tag_id: UUID, data: TagUpdate, session: SessionDep, caller: CurrentUser
) -> Response:
    """Change some fields of a tag."""
    return Answer(await tag_service.update_tag(session, caller, tag_id, data))


@router.delete("/{tag_id}", status_code=status.HTTP_204_NO_CONTENT, responses=errors(404, 409))
async def delete_tag(tag_id: UUID, session: SessionDep, caller: CurrentUser) -> None:
    """Delete a tag."""
    await tag_service.delete_tag(session, caller, tag_id)
