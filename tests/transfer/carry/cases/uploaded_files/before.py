#== app/models.py model
class Supplier(Base):
    __tablename__ = "suppliers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column()
    image_name: Mapped[str | None] = mapped_column()
#== app/services/supplier_service.py service
import shutil

from app.files import folder_of


def create_supplier(db: Session, data: SupplierCreate) -> Supplier:
    supplier = Supplier(name=data.name)
    db.add(supplier)
    db.commit()
    return supplier


def get_supplier(db: Session, supplier_id: int) -> Supplier | None:
    return db.get(Supplier, supplier_id)


def path_of(file_name: str) -> str:
    return f"{folder_of('static')}/{file_name}"


def save_image(file: UploadFile) -> str:
    with open(path_of(file.filename), "wb") as target:
        shutil.copyfileobj(file.file, target)
    return file.filename
#== app/routes/suppliers.py routes
from app.services.supplier_service import create_supplier as create
from app.services.supplier_service import get_supplier, save_image


@router.post("/supplier", response_model=SupplierPublic)
def create_supplier(data: SupplierCreate, db: Session = Depends(get_db)):
    return create(db, data)


@router.post("/supplier/image/{supplier_id}", response_model=SupplierPublic)
def create_supplier(
    supplier_id: int, image: UploadFile = File(...), db: Session = Depends(get_db)
):
    supplier = get_supplier(db, supplier_id)
    supplier.image_name = save_image(image)
    db.commit()
    return supplier


@router.post("/supplier/logo/{supplier_id}")
async def put_logo(supplier_id: int, logo: Annotated[bytes, File()]):
    Path(f"logos/{supplier_id}.png").write_bytes(logo)


@router.get("/supplier/{supplier_id}", response_model=SupplierPublic)
def read_supplier(supplier_id: int, db: Session = Depends(get_db)):
    return get_supplier(db, supplier_id)
#== app/schemas.py schema
class SupplierCreate(BaseModel):
    name: str


class SupplierPublic(SupplierCreate):
    id: int
    image_name: str | None = None
#== tests/test_suppliers.py test
def test_create_supplier(client):
    response = client.post("/supplier", json={"name": "Acme"})
    assert response.status_code == 200


def test_image_of_a_supplier(client, supplier):
    response = client.post(f"/supplier/image/{supplier.id}", files={"image": b"png"})
    assert response.status_code == 200
