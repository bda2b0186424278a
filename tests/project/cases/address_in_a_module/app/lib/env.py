import os

DB_URL = os.getenv("SHOP_DB_URL")
