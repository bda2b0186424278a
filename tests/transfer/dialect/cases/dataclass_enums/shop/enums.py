from enum import StrEnum


class Color(StrEnum):
    red = "red"
    dark_blue = "dark-blue"
