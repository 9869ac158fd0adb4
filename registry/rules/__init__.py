"""The checks between fields."""

from registry.rules.base import QUERY, REJECT, WARN, findings

__all__ = ["QUERY", "REJECT", "WARN", "findings"]
