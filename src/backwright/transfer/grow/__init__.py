"""Growing a first resource in a host that has none to learn from."""

from backwright.transfer.grow.grow import Grown, grow, was_grown

__all__ = ["Grown", "grow", "was_grown"]
