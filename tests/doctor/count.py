"""Count the clinic: cases, right first, with a repair, mended.

python tests/doctor/count.py                 without running the projects
python tests/doctor/count.py --mended        runs what is mended, and sees that it works (half an hour)
python tests/doctor/count.py --mended 2/6    the second of six parts
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.doctor.cases import Case, cases
from tests.doctor.proofs import PROOFS, examined, proof

from backwright.host.postgres import Cluster, cluster


def main() -> None:
    """Print the counts, of all cases or of a part of them."""
    words = sys.argv[1:]
    found = cases()
    if words[1:]:
        part, parts = map(int, words[1].split("/"))
        found = found[part - 1 :: parts]
    _say(f"cases {len(found)}")
    firsts = [_first(one) for one in found]
    _say(f"right first {sum(right for right, _ in firsts)}")
    _say(f"with a repair {sum(mends for _, mends in firsts)}")
    reasons = Counter(one.words["outside"] for one in found if "outside" in one.words)
    for reason, count in reasons.most_common():
        _say(f"  outside: {count} {reason}")
    if "--mended" in words:
        with cluster() as server:
            _say(f"mended and seen {_mended(found, server)}")


def _first(case: Case) -> tuple[bool, bool]:
    """Tell whether the right cause comes first, and whether it carries a repair."""
    with tempfile.TemporaryDirectory() as name:
        causes = examined(case, case.make(Path(name) / "project")).causes
    is_right = bool(causes) and causes[0].name == case.words["expect"]["cause"]
    return is_right, is_right and bool(causes[0].repairs)


def _mended(found: Sequence[Case], server: Cluster) -> int:
    count = 0
    for case in found:
        name = proof(case)
        if name is None:
            continue
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                PROOFS[name](case, Path(folder), server)
            except AssertionError as error:
                _say(f"  NOT {case.name}: {str(error)[-600:]}")
                continue
        count += 1
        _say(f"  {case.name} {time.monotonic() - start:.1f} s")
    return count


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
