from . import create
