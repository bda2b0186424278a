from shelter.crud.animal import AnimalCRUD
from shelter.crud.base import CRUDBase
from shelter.models import Animal, AnimalLabel, Label, Species, Visit

animals = AnimalCRUD(Animal)
visits = CRUDBase[Visit](Visit)
labels = CRUDBase(Label)
animal_labels = CRUDBase(AnimalLabel)
species = CRUDBase(Species)
