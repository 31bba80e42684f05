"""What the command lines of these programs have in common: a wrong one ends with status 1 (docs/exit-status.md)."""
import argparse
import os
import sys


def die(why):
    sys.exit(f"caec: {why}")


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(1, f"{self.prog.removeprefix('tools/')}: {message}\n")


class OfLinux(argparse.ArgumentParser):
    """Of `./caec PROG`, which boots a Linux machine and has the help: the options that all such have."""

    def __init__(self, prog):
        super().__init__(prog=prog, add_help=False, allow_abbrev=False)
        self.add_argument("--check", action="store_true")
        self.add_argument("--add", action="append", default=[])
        self.add_argument("--modules")
        self.add_argument("--append", default="")
        self.add_argument("--exec", action="append", default=[], dest="commands")
        self.add_argument("--timeout", type=between(1, 10**6))
        self.add_argument("--quiet", action="store_true")
        self.add_argument("--icount", action="store_true")

    def error(self, message):
        die(f"{self.prog}: {message} (./caec {self.prog} --help)")


def between(least, most):
    def parse(text):
        if not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"\"{text}\" is not a number from {least} to {most}")
        return int(text)
    return parse


def check_items(items):
    """Of --add: each an ITEM that is there, or ITEM:PATH."""
    for item in items:
        if not os.path.lexists(item.rpartition(":")[0] or item) and not os.path.lexists(item):
            die(f"--add: there is no {item}")
