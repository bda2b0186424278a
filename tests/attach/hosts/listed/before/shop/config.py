import os

SHOP_NAME = os.getenv('SHOP_NAME', 'corner')
OPEN_AT = os.getenv('OPEN_AT', '09:00')
