#== app/schemas.py schema
from pydantic import BaseModel


class StockItemBase(BaseModel):
    title: str
    amount: int

    class Config:
        orm_mode = True


#== app/repositories/stock_item_repository.py service
# from repositories.shelf_repository import ShelfRepository


class StockItemRepository:
    def __init__(self, db: Session, shelves: ShelfService):
        self.db = db
        self.shelves = shelves

    def create_stock_item(self, stock_item: StockItemBase):
        self.shelves.get_shelf(shelf_id=stock_item.shelf_id)
        db_stock_item = StockItem(
            title=stock_item.title, amount=stock_item.amount, shelf_id=stock_item.shelf_id
        )
        self.db.add(db_stock_item)
        self.db.commit()
        return {"message": "Stock Item created"}

    def update_stock_item(self, stock_item_id: int, stock_item: StockItemBase, user_id: int):
        db_stock_item = self.db.get(StockItem, stock_item_id)
        if db_stock_item.keeper_id == user_id:
            db_stock_item.title = stock_item.title or db_stock_item.title
            db_stock_item.amount = stock_item.amount or db_stock_item.amount
            self.db.commit()

    def delete_stock_item(self, stock_item_id: int, user_id: int):
        db_stock_item = self.db.get(StockItem, stock_item_id)
        if db_stock_item.keeper_id == user_id:
            self.db.delete(db_stock_item)
            self.db.commit()
        # db_stock_item.shelf_id = None


#== app/routes/stock_items.py routes
@router.post("/add")
def create_stock_item(stock_item: StockItemBase, repository=Depends(get_repository)):
    return repository.create_stock_item(stock_item)
