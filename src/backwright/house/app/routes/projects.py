"""Endpoints for projects."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, status

from app.database import SessionDep
from app.middleware.auth import CurrentUser
from app.responses import Answer, errors
from app.routing import Router
from app.schemas import ProjectCreate, ProjectFilter, ProjectPage, ProjectPublic, ProjectUpdate
from app.services import project_service

router = Router(prefix="/projects", tags=["projects"], responses=errors(401))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=ProjectPublic,
    responses=errors(400, 404, 409, 413),
)
async def create_project(
    data: ProjectCreate, request: Request, session: SessionDep, caller: CurrentUser
) -> Response:
    """Create a project."""
    project = await project_service.create_project(session, caller, data)
    headers = {"Location": f"{request.url.path}/{project.id}"}
    return Answer(project, status.HTTP_201_CREATED, headers)


@router.get("", response_model=ProjectPage, responses=errors(400))
async def list_projects(
    query: Annotated[ProjectFilter, Query()], session: SessionDep, caller: CurrentUser
) -> Response:
    """List your projects, a page at a time."""
    return Answer(await project_service.list_projects(session, caller, query))


@router.get("/{project_id}", response_model=ProjectPublic, responses=errors(404))
async def read_project(project_id: UUID, session: SessionDep, caller: CurrentUser) -> Response:
    """Return one of your projects."""
    return Answer(await project_service.get_project(session, caller, project_id))


@router.patch("/{project_id}", response_model=ProjectPublic, responses=errors(400, 404, 409, 413))
async def update_project(
    project_id: UUID, data: ProjectUpdate, session: SessionDep, caller: CurrentUser
) -> Response:
    """Change some fields of a project."""
    return Answer(await project_service.update_project(session, caller, project_id, data))


@router.delete("/{project_id}", status_code=status.HTTP_204_NO_CONTENT, responses=errors(404, 409))
async def delete_project(project_id: UUID, session: SessionDep, caller: CurrentUser) -> None:
    """Delete a project."""
    await project_service.delete_project(session, caller, project_id)
