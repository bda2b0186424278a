"""What a text says of signing in where the project has it already: `we have users and tasks with JWT login`."""

from __future__ import annotations

import re

from backwright.agent.planner.types import World

_REQUIRED = re.compile(
    r"(?i)^(?:an? )?(?:jwt |user )?(?:authentication|auth|log-?in|sign-?in)\b(?: \w+){0,2} (?:required|mandatory|necessary|needed|obligatory)\b"
)
_TELLS_OF_IT = re.compile(
    r"(?i)(?:the|our|this|my|it|stack)\b(?: \w+){0,3}? (?:is|are|has|have|uses?|comes?|runs?|already)\b(?! no\b)(?!.*\b(?:add|need|want|should|must|missing|please)\b)"
    r"|(?:and |so |today,? |currently,? )*(?:we|i|you|they|there|people|everybody|everyone|users|accounts|customers)\b(?: (?!have|has|want|should|must|shall|to)\w+){0,2}? (?:have|has|is|are|got|use|log|sign|already)\b(?! (?:no|to|not|never)\b)(?!.*\b(?:add|needs?|wants?|should|must|missing|lack|please|like)\b)"
)


def tells_of_sign_in(text: str, world: World) -> bool:
    """Tell whether a clause only says that people sign in, as they do in this project."""
    return world.guarded and bool(_TELLS_OF_IT.match(text) or _REQUIRED.match(text))
