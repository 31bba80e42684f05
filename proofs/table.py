"""The table of properties that a tool is run over, and how what came of it is told (each tool's run)."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tools"))
import command_line  # noqa: E402

OUT = ROOT / "build/proofs"  # counterexamples: NAME.txt
NOTHING = 2  # the exit status if no row has such a name: proofs/run has four tables


def rows(folder):
    """[(name, fast or long, what must come of it, the rest)]"""
    lines = (folder / "properties").read_text().splitlines()
    fields = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(name, kind, expected, rest) for name, kind, expected, *rest in fields]


def timed(search, row):
    start = time.monotonic()
    found = search(row[0], row[1], *row[3])
    return row, found, time.monotonic() - start


def keep(name, text):
    """In build/proofs/NAME.txt."""
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.txt").write_text(text)


def said(name, command):
    """What came of a checker's run; what it said is kept."""
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    keep(name, result.stdout)
    return result


def options(title):
    program = "/".join(pathlib.Path(sys.argv[0]).resolve().parts[-2:])
    parser = command_line.Parser(prog=program, description=title, usage="%(prog)s [--all] [--jobs N] [PATTERN]")
    parser.add_argument("--all", action="store_true", help="the long ones, too")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="so many at a time (1)")
    parser.add_argument("pattern", nargs="?", default="", help="the one of that name, or those in whose name it occurs")
    asked = parser.parse_args()
    if asked.jobs < 1:
        parser.error("--jobs takes a number from 1 on")
    return asked


def named(table, pattern):
    """The row of exactly that name, or else all in whose name it occurs."""
    return [row for row in table if row[0] == pattern] or [row for row in table if pattern in row[0]]


def main(folder, title, search, prepare=lambda: None):
    """Runs `search(name, kind, field...)` -> (outcome, size) for each row that is asked for. Returns the exit status."""
    asked = options(title)
    wanted = [row for row in named(rows(folder), asked.pattern) if asked.all or row[1] == "fast"]
    if not wanted:
        print(f"{folder.name}/run: nothing of that name: {asked.pattern}", file=sys.stderr)
        return NOTHING
    prepare()
    os.nice(5)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
        for row, (outcome, size), seconds in pool.map(lambda row: timed(search, row), wanted):
            failed += outcome != row[2]
            print(f"{'ok    ' if outcome == row[2] else 'NOT OK'} {row[0]}: {outcome}, {size}, {seconds:.1f} s "
                  f"({', '.join(row[3])})", flush=True)
    print(f"{len(wanted) - failed} passed, {failed} failed")
    return 1 if failed else 0
