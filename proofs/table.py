"""The table of properties that a tool is run over, and how what came of it is told (spin/run, cbmc/run)."""
import argparse
import concurrent.futures
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
OUT = ROOT / "build/proofs"  # counterexamples: NAME.txt


def rows(folder):
    """[(name, fast or long, what must come of it, the rest)]"""
    lines = (folder / "properties").read_text().splitlines()
    fields = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(name, kind, expected, rest) for name, kind, expected, *rest in fields]


def timed(search, row):
    start = time.monotonic()
    found = search(row[0], row[1], *row[3])
    return row, found, time.monotonic() - start


def main(folder, title, search):
    """Runs `search(name, kind, field...)` -> (outcome, size) for each row that is asked for. Returns the exit status."""
    parser = argparse.ArgumentParser(description=title, usage="%(prog)s [--all] [--jobs N] [PATTERN]")
    parser.add_argument("--all", action="store_true", help="the long ones, too")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="so many at a time (1)")
    parser.add_argument("pattern", nargs="?", default="", help="only those in whose name it occurs")
    options = parser.parse_args()
    wanted = [row for row in rows(folder) if options.pattern in row[0] and (options.all or row[1] == "fast")]
    if not wanted:
        sys.exit(f"{folder.name}/run: nothing of that name: {options.pattern}")
    os.nice(5)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for row, (outcome, size), seconds in pool.map(lambda row: timed(search, row), wanted):
            failed += outcome != row[2]
            print(f"{'ok    ' if outcome == row[2] else 'NOT OK'} {row[0]}: {outcome}, {size}, {seconds:.1f} s "
                  f"({', '.join(row[3])})", flush=True)
    print(f"{len(wanted) - failed} passed, {failed} failed")
    return 1 if failed else 0
