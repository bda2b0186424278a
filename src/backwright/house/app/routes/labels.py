"""Endpoints for labels."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, status

from app.database import SessionDep
from app.middleware.auth import CurrentUser
from app.responses import Answer, errors
from app.routing import Router
from app.schemas import LabelCreate, LabelFilter, LabelPage, LabelPublic, LabelUpdate
from app.services import label_service

router = Router(prefix="/labels", tags=["labels"], responses=errors(401))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=LabelPublic,
    responses=errors(400, 409, 413),
)
async def create_label(
    data: LabelCreate, request: Request, session: SessionDep, caller: CurrentUser
) -> Response:
    """Create a label."""
    label = await label_service.create_label(session, caller, data)
    headers = {"Location": f"{request.url.path}/{label.id}"}
    return Answer(label, status.HTTP_201_CREATED, headers)


@router.get("", response_model=LabelPage, responses=errors(400))
async def list_labels(
    query: Annotated[LabelFilter, Query()], session: SessionDep, caller: CurrentUser
) -> Response:
    """List the labels, a page at a time."""
    return Answer(await label_service.list_labels(session, caller, query))


@router.get("/{label_id}", response_model=LabelPublic, responses=errors(404))
async def read_label(label_id: UUID, session: SessionDep, caller: CurrentUser) -> Response:
    """Return one of the labels."""
    return Answer(await label_service.get_label(session, caller, label_id))


@router.patch("/{label_id}", response_model=LabelPublic, responses=errors(400, 404, 409, 413))
async def update_label(
    label_id: UUID, data: LabelUpdate, session: SessionDep, caller: CurrentUser
) -> Response:
    """Change some fields of a label."""
    return Answer(await label_service.update_label(session, caller, label_id, data))


@router.delete("/{label_id}", status_code=status.HTTP_204_NO_CONTENT, responses=errors(404, 409))
async def delete_label(label_id: UUID, session: SessionDep, caller: CurrentUser) -> None:
    """Delete a label."""
    await label_service.delete_label(session, caller, label_id)
