"""The quality checklist, judged by reading. One file a rule in `rules/`; nothing is edited here."""

from backwright.audit.engine import audit_project

__all__ = ["audit_project"]
