"""The workshop: staging, verification, journal, undo. Only this floor writes to a user's tree.

recover(root)                                   # what a killed run left half done
with locked(root, command), prepare(root) as staging, postgres.cluster() as cluster:
    staging.apply(changes)
    checks = verify(Bench(staging, changes, environment, cluster, …), on_event)
    require(checks)                             # raises VerificationError
    change_id = commit(root, changes, command=command)
undo(root, change_id)
"""

from backwright.workshop.bench import Bench, Database, Run, hands
from backwright.workshop.changeset import ChangeSet, FileEdit, merged
from backwright.workshop.commit import commit, recover
from backwright.workshop.history import Change, change_set, history, undo
from backwright.workshop.journal import Recovery
from backwright.workshop.lock import locked
from backwright.workshop.staging import Staging, prepare
from backwright.workshop.verify import require, verify

__all__ = [
    "Bench",
    "Change",
    "ChangeSet",
    "Database",
    "FileEdit",
    "Recovery",
    "Run",
    "Staging",
    "change_set",
    "commit",
    "hands",
    "history",
    "locked",
    "merged",
    "prepare",
    "recover",
    "require",
    "undo",
    "verify",
]
