"""What a run may take: requests to the model, tokens, cost, time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that a run takes, over all of the processes that it goes on in.

    Attributes:
        requests: Requests to the model.
        tokens: Tokens in and out.
        minutes: Time at work; time between a question and its answer does not count.
        cost: Dollars; None for no bound.
    """

    requests: int = 150
    tokens: int = 4_000_000
    minutes: float = 120.0
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run has taken. `priced` tells whether every answer had a known price."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cost: Decimal = Decimal(0)
    priced: bool = True

    @property
    def tokens(self) -> int:
        """Tokens in and out."""
        return self.tokens_in + self.tokens_out

    def over(self, budget: Budget) -> str | None:
        """Return what is spent, and the option that gives more; None while there is some left."""
        if self.requests >= budget.requests:
            return f"{self.requests} of {budget.requests} requests (--max-requests)"
        if self.tokens >= budget.tokens:
            return f"{self.tokens} of {budget.tokens} tokens (--max-tokens)"
        if self.seconds >= budget.minutes * 60:
            return f"{self.seconds / 60:.1f} of {budget.minutes:g} minutes (--max-minutes)"
        if budget.cost is not None and self.cost >= budget.cost:
            return f"{self.cost:.4f} of {budget.cost} dollars (--max-cost)"
        return None
