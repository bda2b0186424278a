from enum import StrEnum


class EventKind(StrEnum):
    MEETING = "meeting"
    HOLIDAY = "holiday"
