"""What the layout of a text says (headings, labels, lists, tables), written as every reading knows it."""

from __future__ import annotations

from backwright.agent.planner.layout.laying import Laid, laid_out_plainly

__all__ = ["Laid", "laid_out_plainly"]
