#== app/models.py
class Warehouse(Base):
    __tablename__ = "warehouses"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column()
    city: Mapped[str | None] = mapped_column()
#== app/services/supplier_service.py
import shutil

from app.files import folder_of


def create_warehouse(db: Session, data: WarehouseCreate) -> Warehouse:
    warehouse = Warehouse(name=data.name, city=data.city)
    db.add(warehouse)
    db.commit()
    return warehouse


def get_warehouse(db: Session, warehouse_id: int) -> Warehouse | None:
    return db.get(Warehouse, warehouse_id)
#== app/routes/suppliers.py
from app.services.warehouse_service import create_warehouse as create
from app.services.warehouse_service import get_warehouse


@router.post("/warehouse", response_model=WarehousePublic)
def create_warehouse(data: WarehouseCreate, db: Session = Depends(get_db)):
    return create(db, data)


@router.get("/warehouse/{warehouse_id}", response_model=WarehousePublic)
def read_warehouse(warehouse_id: int, db: Session = Depends(get_db)):
    return get_warehouse(db, warehouse_id)
#== app/schemas.py
class WarehouseCreate(BaseModel):
    name: str
    city: str | None = None


class WarehousePublic(WarehouseCreate):
    id: int
    city: str | None = None
#== tests/test_suppliers.py
def test_create_warehouse(client):
    response = client.post("/warehouse", json={"name": "name 1", "city": "city 1"})
    assert response.status_code == 200
