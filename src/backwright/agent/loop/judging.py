"""Having a state of the workspace judged, in a boundary that the model was never in."""

from __future__ import annotations

import json
from collections.abc import Callable

from backwright.agent.loop.evidence import Baseline, Evidence, read_evidence
from backwright.agent.loop.judge import Scope
from backwright.agent.loop.places import Needs, Places, judge_command, judge_site
from backwright.agent.sandbox import boundary
from backwright.errors import MissingError
from backwright.values import Check
from backwright.workshop import ChangeSet

_LONGEST = 1500.0
_SHOWN = 2000

Judge = Callable[[ChangeSet, Baseline, Scope], Evidence]


def judge_inside(places: Places, needs: Needs, *, unconfined: bool) -> Judge:
    """Return what judges a change of the project as it was.

    It raises MissingError where the judge cannot be run; a project that makes it end or hang
    without a word has failed.
    """

    def judge(changes: ChangeSet, baseline: Baseline, scope: Scope) -> Evidence:
        order = {
            "root": str(places.base),
            "changes": changes.to_json(),
            "baseline": [baseline.tests, baseline.probe],
            "scope": scope,
        }
        with boundary(judge_site(places, needs), unconfined=unconfined) as inside:
            done = inside.program(judge_command(), json.dumps(order), seconds=_LONGEST)
        line = done.stdout.strip().rpartition("\n")[2]
        try:
            return read_evidence(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            if "No module named 'backwright" in done.stderr:
                raise MissingError(f"the judge cannot be run: {done.stderr[-_SHOWN:]}") from error
            why = f"it took longer than {_LONGEST:.0f} s" if done.code is None else done.stderr
            checks = (Check("judge", "fail", 0.0, f"nothing was proved: {why[-_SHOWN:]}"),)
            return Evidence(checks=checks, baseline=baseline)

    return judge
