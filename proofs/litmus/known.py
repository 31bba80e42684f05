"""Litmus tests with a known outcome (known.litmus): what shows that arm.py is the Arm memory model."""
import pathlib
import re

import arm
from a64 import decode

FILE = pathlib.Path(__file__).resolve().parent / "known.litmus"
PLACES = {"x": 0x1000, "y": 0x1008, "z": 0x1010}
BASE = 0x10000


class Text:
    """Instructions as they are written, one thread behind the other, where a program has them."""

    def __init__(self, threads):
        self.code, self.entries = {}, []
        for number, thread in enumerate(threads):
            at = BASE * (number + 1)
            self.entries.append(at)
            labels, lines = {}, []
            for line in thread.split(";"):
                label, _, rest = line.rpartition(":")
                if label:
                    labels[label.strip()] = at + 4 * len(lines)
                lines.append(rest)
            for line in [*lines, "ret"]:
                op, args = decode(line)
                self.code[at] = op, [hex(labels[arg]) if arg in labels else arg for arg in args]
                at += 4


def tests():
    """[(name, allowed or forbidden, outcome, threads)]"""
    text = "\n".join(line for line in FILE.read_text().splitlines() if not line.startswith("#"))
    for block in re.split(r"\n\s*\n", text.strip()):
        head, *threads = block.splitlines()
        name, verdict, *outcome = head.split()
        yield name, verdict, outcome, threads


def is_met(condition, chosen, final):
    where, _, value = condition.partition("=")
    thread, _, register = where.rpartition(":")
    found = chosen[int(thread)].registers[int(register[1:])][0] if thread else final.get((PLACES[where], 8), 0)
    return found == int(value)


def found(outcome, threads):
    program = Text(threads)
    start = [0] * 20 + [PLACES[name] for name in "xyz"]
    entries = [(entry, start) for entry in program.entries]
    return any(all(is_met(condition, chosen, final) for condition in outcome) and is_allowed()
               for chosen, final, is_allowed in arm.outcomes(program, entries, {}))


def wrong():
    """(those whose outcome is another than is known, how many there are)"""
    all_tests = list(tests())
    return [name for name, verdict, outcome, threads in all_tests
            if ("allowed" if found(outcome, threads) else "forbidden") != verdict], len(all_tests)
