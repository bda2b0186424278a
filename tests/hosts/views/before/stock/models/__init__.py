from .part import Part
from .shelf import Shelf

__all__ = ["Part", "Shelf"]
