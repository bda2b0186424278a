from .crud_ticket import ticket
from .crud_user import user

__all__ = ["ticket", "user"]
