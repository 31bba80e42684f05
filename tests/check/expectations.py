"""What a check expects, a line each, and its verdict."""
import sys

failures = 0


def expect(what, holds, shown=""):
    global failures
    failures += not holds
    print(f"{'ok    ' if holds else 'NOT OK'} {what}{': ' if shown else ''}{shown}", flush=True)


def verdict():
    """The last line; ends the program, with 1 where an expectation was not met."""
    print(f"{failures} expectations not met")
    sys.exit(1 if failures else 0)
