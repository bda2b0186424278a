"""Write a migration from the host's models: migrate an empty database to the heads, compare.

usage: revise.py INI MESSAGE     (the host is told the database by its own variables)
Imports nothing of ours.
"""

import sys


def main() -> None:
    """Upgrade to the heads, then autogenerate a revision."""
    from alembic import command
    from alembic.config import Config

    ini, message = sys.argv[1:]
    config = Config(ini)
    command.upgrade(config, "heads")
    command.revision(config, message=message, autogenerate=True)


main()
