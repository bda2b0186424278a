<%!
    import re

    def code(lines):
        """The body of a function, without the marks that Alembic puts around what it wrote."""
        return re.sub(r"# ### .+ ###\s*", "", lines or "").strip() or "pass"
%>\
"""${message}

Revision: ${up_revision}
After: ${(down_revision or "nothing") | comma,n}
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision: str = ${repr(up_revision)}
down_revision: str | Sequence[str] | None = ${repr(down_revision)}
branch_labels: str | Sequence[str] | None = ${repr(branch_labels)}
depends_on: str | Sequence[str] | None = ${repr(depends_on)}


def upgrade() -> None:
    ${code(upgrades)}


def downgrade() -> None:
    ${code(downgrades)}
