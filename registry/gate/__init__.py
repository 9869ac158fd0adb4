"""The input gate: what no page could hold is refused before any page is asked.

`GateMiddleware` looks at addresses, cookies and headers, `BodyMiddleware` at forms and JSON bodies.
Both look at every request, so a new page or field is protected without doing anything. A page that
explains itself beside each question which characters it cannot take says so with `reads_what_is_typed`.
"""

from registry.gate.bodies import BodyMiddleware, reads_what_is_typed
from registry.gate.json_bodies import strict_json
from registry.gate.refusals import Refused
from registry.gate.requests import GateMiddleware

__all__ = ["BodyMiddleware", "GateMiddleware", "Refused", "reads_what_is_typed", "strict_json"]
