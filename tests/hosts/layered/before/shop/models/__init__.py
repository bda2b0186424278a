from shop.models.category import Category
from shop.models.product import Product

__all__ = ["Category", "Product"]
