"""What can be done with projects. Every statement is about the caller's own rows only."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, insert, select, update

from app.auth import Caller
from app.database import Session
from app.exceptions import NotFoundError
from app.models import Project
from app.pagination import paginate
from app.schemas import ProjectCreate, ProjectFilter, ProjectPage, ProjectPublic, ProjectUpdate


async def create_project(session: Session, caller: Caller, data: ProjectCreate) -> ProjectPublic:
    """Create a project that belongs to the caller."""
    values = data.model_dump()
    statement = insert(Project).values(**values, owner_id=caller.id).returning(Project)
    return await session.one(statement, ProjectPublic, caller=caller)


async def list_projects(session: Session, caller: Caller, query: ProjectFilter) -> ProjectPage:
    """Return a page of the caller's projects."""
    statement = select(Project).where(col(Project.owner_id) == caller.id)
    return await paginate(session, statement, Project, query, ProjectPage, caller=caller)


async def get_project(session: Session, caller: Caller, project_id: UUID) -> ProjectPublic:
    """Return a project of the caller.

    Raises:
        NotFoundError: If the caller has no such project.
    """
    statement = select(Project).where(
        col(Project.owner_id) == caller.id, col(Project.id) == project_id
    )
    project = await session.one_or_none(statement, ProjectPublic, caller=caller)
    if project is None:
        raise NotFoundError("Project not found")
    return project


async def update_project(
    session: Session, caller: Caller, project_id: UUID, data: ProjectUpdate
) -> ProjectPublic:
    """Change the fields of a project that the data has, and return the project.

    Raises:
        NotFoundError: If the caller has no such project.
    """
    if not data.model_fields_set:
        return await get_project(session, caller, project_id)
    values = data.model_dump(exclude_unset=True)
    statement = (
        update(Project)
        .where(col(Project.owner_id) == caller.id, col(Project.id) == project_id)
        .values(**values, updated_at=func.now())
        .returning(Project)
    )
    project = await session.one_or_none(statement, ProjectPublic, caller=caller)
    if project is None:
        raise NotFoundError("Project not found")
    return project


async def delete_project(session: Session, caller: Caller, project_id: UUID) -> None:
    """Delete a project.

    Raises:
        NotFoundError: If the caller has no such project.
    """
    statement = delete(Project).where(
        col(Project.owner_id) == caller.id, col(Project.id) == project_id
    )
    if not await session.execute(statement, caller=caller):
        raise NotFoundError("Project not found")
