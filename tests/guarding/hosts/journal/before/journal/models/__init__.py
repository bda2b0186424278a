from journal.models.entry import Entry
from journal.models.mood import Mood
from journal.models.notebook import Notebook

__all__ = ["Entry", "Mood", "Notebook"]
