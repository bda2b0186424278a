from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import func, insert, or_, select

from crud import ItemCrud
from deps import CurrentUser, ItemService, SessionDep, any_item, claims, get_current_user, own_item
from models import Colour, Item, ItemIn, ItemOwned, Mark, Part, PartIn, User
from somewhere import policy

app = FastAPI()
crud = ItemCrud(Item)


@app.get("/by-where")
def by_where(session: SessionDep, user: CurrentUser):
    count = session.exec(select(func.count()).select_from(Item).where(Item.owner_id == user.id)).one()
    return {"rows": session.exec(select(Item).where(Item.owner_id == user.id).limit(9)).all(), "n": count}


@app.get("/by-name")
def by_name(session: SessionDep, user: CurrentUser):
    return session.query(Item).filter_by(owner_id=user.id).all()


@app.get("/by-claim")
def by_claim(session: SessionDep, payload: Annotated[dict, Depends(claims)]):
    return session.exec(select(Item).where(Item.owner_id == payload.get("sub"))).all()


@app.get("/by-join")
def by_join(session: SessionDep, user: CurrentUser):
    return session.exec(select(Part).join(Item).where(Item.owner_id == user.id)).all()


@app.get("/by-relationship")
def by_relationship(user: CurrentUser):
    return user.items


@app.get("/by-service")
def by_service(service: Annotated[ItemService, Depends()]):
    return service.mine()


@app.get("/by-service/all")
def by_service_all(service: Annotated[ItemService, Depends()]):
    return service.everyones()


@app.get("/all")
def all_items(session: SessionDep, user: CurrentUser):
    return session.exec(select(Item)).all()


@app.get("/of-owner/{owner_id}")
def of_owner(owner_id: int, session: SessionDep, user: CurrentUser):
    return session.exec(select(Item).where(Item.owner_id == owner_id)).all()


@app.get("/of-self/{owner_id}")
def of_self(owner_id: int, session: SessionDep, user: CurrentUser):
    if owner_id != user.id:
        raise HTTPException(403)
    return session.exec(select(Item).where(Item.owner_id == owner_id)).all()


@app.get("/of-self/{owner_id}/{item_id}")
def of_self_by_id(owner_id: int, item_id: int, session: SessionDep, user: CurrentUser):
    if owner_id != user.id:
        raise HTTPException(403)
    return crud.one(session, item_id)


@app.get("/privileged")
def privileged(session: SessionDep, user: CurrentUser):
    rows = select(Item)
    if not user.is_superuser:
        rows = rows.where(Item.owner_id == user.id)
    return session.exec(rows.offset(1)).all()


@app.get("/if-wanted")
def if_wanted(session: SessionDep, user: CurrentUser, mine: bool = False):
    rows = select(Item)
    if mine:
        rows = rows.where(Item.owner_id == user.id)
    return session.exec(rows).all()


@app.get("/open")
def open_items(session: SessionDep):
    return session.exec(select(Item)).all()


@app.get("/colours")
def colours(session: SessionDep, user: CurrentUser):
    return session.exec(select(Colour)).all()


@app.get("/policy/{item_id}")
def by_policy(item_id: int, session: SessionDep, user: CurrentUser):
    return session.exec(select(Item).where(policy(user))).all()


@app.get("/checked/{item_id}")
def checked(item_id: int, session: SessionDep, user: CurrentUser):
    item = crud.one(session, item_id)
    if not user.is_superuser and item.owner_id != user.id:
        raise HTTPException(403)
    return item


@app.get("/checked-by-method/{item_id}")
def checked_by_method(item_id: int, session: SessionDep, user: CurrentUser):
    item = session.get(Item, item_id)
    if not item.belongs_to(user):
        raise HTTPException(404)
    return item


@app.get("/shown/{item_id}")
def shown(item_id: int, session: SessionDep, user: CurrentUser):
    item = session.get(Item, item_id)
    return {"item": item, "mine": item.owner_id == user.id}


@app.get("/not-own/{item_id}")
def not_own(item_id: int, session: SessionDep, user: CurrentUser):
    item = session.get(Item, item_id)
    if item.owner_id == user.id:
        raise HTTPException(400)
    return item


@app.get("/loaded/{item_id}")
def loaded(item: Annotated[Item, Depends(own_item)]):
    return item


@app.put("/loaded/{item_id}")
def change_loaded(data: ItemIn, session: SessionDep, item: Annotated[Item, Depends(own_item)]):
    return crud.change(session, item, data)


@app.put("/any/{item_id}")
def change_any(data: ItemIn, session: SessionDep, item: Annotated[Item, Depends(any_item)]):
    return crud.change(session, item, data)


@app.delete("/loaded/{item_id}", dependencies=[Depends(own_item)])
def delete_again(item_id: int, session: SessionDep):
    session.delete(session.get(Item, item_id))


@app.delete("/by-id/{item_id}")
def delete_by_id(item_id: int, session: SessionDep, user: CurrentUser):
    session.delete(session.get(Item, item_id))


@app.delete("/or/{item_id}")
def delete_own_or_free(item_id: int, session: SessionDep, user: CurrentUser):
    wanted = or_(Item.owner_id == user.id, Item.owner_id.is_(None))
    session.delete(session.exec(select(Item).where(Item.id == item_id, wanted)).one())


@app.post("/items")
def create(data: ItemIn, session: SessionDep, user: CurrentUser):
    return crud.make(session, data, owner_id=user.id)


@app.post("/items/validated")
def create_validated(data: ItemIn, session: SessionDep, user: CurrentUser):
    item = Item.model_validate(data, update={"owner_id": user.id})
    session.add(item)
    return item


@app.post("/items/set")
def create_set(data: ItemIn, session: SessionDep, user: CurrentUser):
    item = Item(**data.model_dump())
    item.owner = user
    session.add(item)
    return item


@app.post("/items/appended")
def create_appended(data: ItemIn, session: SessionDep, user: CurrentUser):
    user.items.append(Item(title=data.title))
    session.commit()


@app.post("/items/forged")
def create_forged(data: ItemOwned, session: SessionDep, user: CurrentUser):
    return crud.make(session, data)


@app.post("/parts")
def create_part(data: PartIn, session: SessionDep, user: CurrentUser):
    item = session.get(Item, data.item_id)
    if item.owner_id != user.id:
        raise HTTPException(404)
    part = Part(**data.model_dump())
    session.add(part)
    return part


@app.post("/parts/unchecked")
def create_part_unchecked(data: PartIn, session: SessionDep, user: CurrentUser):
    part = Part(**data.model_dump())
    session.add(part)
    return part


@app.get("/items/{item_id}/parts", dependencies=[Depends(own_item)])
def parts(item_id: int, session: SessionDep):
    return session.exec(select(Part).where(Part.item_id == item_id)).all()


@app.get("/items/{item_id}/parts/{part_id}", dependencies=[Depends(own_item)])
def part(item_id: int, part_id: int, session: SessionDep):
    return session.get(Part, part_id)


@app.get("/me")
def me(user: Annotated[User, Depends(get_current_user)]):
    return user


@app.post("/items/{item_id}/inserted")
def insert_item(data: ItemIn, session: SessionDep, user: CurrentUser):
    row = {"title": data.title, "owner_id": user.id}
    return session.exec(insert(Item).values(row).returning(Item)).one()


@app.post("/items/{item_id}/inserted/given")
def insert_given(data: ItemOwned, session: SessionDep, user: CurrentUser):
    session.exec(insert(Item).values(title=data.title, owner_id=data.owner_id))


@app.post("/items/{item_id}/mark")
def mark_item(item_id: int, session: SessionDep, user: CurrentUser):
    item = session.exec(select(Item).where(Item.id == item_id)).first()
    session.add(Mark(user_id=user.id, item_id=item.id))


@app.get("/items/{item_id}/looked")
def look_at_item(item_id: int, session: SessionDep, user: CurrentUser):
    session.add(Mark(user_id=user.id, item_id=item_id))
    return session.exec(select(Item).where(Item.id == item_id)).first()


def found(session, user_id: int | None = None, title: str | None = None):
    query = select(Item)
    if title is not None:
        query = query.where(Item.title == title)
    if user_id is not None:
        query = query.where(Item.owner_id == user_id)
    return session.exec(query).all()


@app.get("/found")
def found_own(session: SessionDep, user: CurrentUser, title: str | None = None):
    return found(session, user_id=user.id, title=title)


@app.get("/found/all")
def found_all(session: SessionDep, user: CurrentUser, title: str | None = None):
    return found(session, title=title)


@app.get("/found/of")
def found_of(session: SessionDep, user: CurrentUser, user_id: int | None = None):
    return found(session, user_id=user_id)


@app.get("/found/if-said")
def found_if_said(session: SessionDep, user: CurrentUser):
    query = select(Item)
    if user.id:
        query = query.where(Item.owner_id == user.id)
    return session.exec(query).all()
