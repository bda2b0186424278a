"""What does the house gain by its own pool and compiled queries, and by checking the caller in them?

Three servers with the same data, the same endpoints and the same client take turns, as in
`api_speed.py`: the house's own way; the same statements through SQLAlchemy's engine and pool
("engine"); a session of SQLModel for each statement, with the caller asked for in one before
("session"). The figure is the median of the rounds' ratios.

    python benchmarks/api_speed_layers.py [--rounds 7] [--seconds 1.5]
"""

import argparse
from contextlib import ExitStack
from statistics import median

from api_speed import Case, _cases, _database, _fill, _rounds, _serve

WAYS = {
    "house": "api_speed_house:app",
    "engine": "api_speed_sessions:app",
    "session": "api_speed_sessions:app",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=7, help="turns of each way")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of a turn")
    options = parser.parse_args()
    with ExitStack() as stack:
        environment = stack.enter_context(_database())
        token, project_id = _fill(environment)
        servers = [
            stack.enter_context(_serve(way, app, environment | {"DATA_LAYER": way}))
            for way, app in WAYS.items()
        ]
        print(f"{'requests a second':18}{'house':>10}{'engine':>16}{'session':>16}")
        for case in _cases(project_id):
            _print(case, _rounds(case, servers, token, options))


def _print(case: Case, rounds: list[dict[str, float]]) -> None:
    """Print the rates, and how many times the others' the house's is."""
    line = f"{case.name:18}{median(rates['house'] for rates in rounds):10.0f}"
    for way in ("engine", "session"):
        rate = median(rates[way] for rates in rounds)
        ratio = median(rates["house"] / rates[way] for rates in rounds)
        line += f"{rate:8.0f} ({ratio:.1f}x)"
    print(line)


if __name__ == "__main__":
    main()
