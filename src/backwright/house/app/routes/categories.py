"""Endpoints for categories."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, status

from app.database import SessionDep
from app.middleware.auth import CurrentUser
from app.responses import Answer, errors
from app.routing import Router
from app.schemas import CategoryCreate, CategoryFilter, CategoryPage, CategoryPublic, CategoryUpdate
from app.services import category_service

router = Router(prefix="/categories", tags=["categories"], responses=errors(401))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=CategoryPublic,
    responses=errors(400, 404, 409, 413),
)
async def create_category(
    data: CategoryCreate, request: Request, session: SessionDep, caller: CurrentUser
) -> Response:
    """Create a category."""
    category = await category_service.create_category(session, caller, data)
    headers = {"Location": f"{request.url.path}/{category.id}"}
    return Answer(category, status.HTTP_201_CREATED, headers)


@router.get("", response_model=CategoryPage, responses=errors(400))
async def list_categories(
    query: Annotated[CategoryFilter, Query()], session: SessionDep, caller: CurrentUser
) -> Response:
    """List the categories, a page at a time."""
    return Answer(await category_service.list_categories(session, caller, query))


@router.get("/{category_id}", response_model=CategoryPublic, responses=errors(404))
async def read_category(category_id: UUID, session: SessionDep, caller: CurrentUser) -> Response:
    """Return one of the categories."""
    return Answer(await category_service.get_category(session, caller, category_id))


@router.patch("/{category_id}", response_model=CategoryPublic, responses=errors(400, 404, 409, 413))
async def update_category(
    category_id: UUID, data: CategoryUpdate, session: SessionDep, caller: CurrentUser
) -> Response:
    """Change some fields of a category."""
    return Answer(await category_service.update_category(session, caller, category_id, data))


@router.delete("/{category_id}", status_code=status.HTTP_204_NO_CONTENT, responses=errors(404, 409))
async def delete_category(category_id: UUID, session: SessionDep, caller: CurrentUser) -> None:
    """Delete a category."""
    await category_service.delete_category(session, caller, category_id)
