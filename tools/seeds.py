"""Faults that are seeded: the records of tests/mutants.list, and how one is put into a file."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIST = ROOT / "tests/mutants.list"
KEYS = ("id", "file", "test", "why", "old", "new")


class Stale(Exception):
    """A record that cannot be applied."""


def blocks(path, keys):
    """The records of a file: blocks of `key: value` lines between blank lines; # begins a comment line."""
    if not path.exists():
        return []
    text = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("#"))
    records = []
    for block in filter(None, re.split(r"\n\s*\n", text.strip())):
        record = {}
        for line in block.splitlines():
            key, colon, value = line.partition(":")
            if not colon or key not in keys or key in record:
                sys.exit(f"mutate: {path.name}: not understood: {line}")
            record[key] = value.strip()
        if absent := [key for key in keys if key not in record]:
            sys.exit(f"mutate: {path.name}: {record.get(keys[0], block[:40])} lacks {', '.join(absent)}")
        records.append(record)
    names = [record[keys[0]] for record in records]
    if len(set(names)) != len(names):
        sys.exit(f"mutate: {path.name}: {next(n for n in names if names.count(n) > 1)} occurs twice")
    return records


def read_records():
    return blocks(LIST, KEYS)


def unescape(value):
    return re.sub(r"\\(\\n|n)", lambda m: "\n" if m[1] == "n" else r"\n", value)


def mutated(record):
    """The file's text with the fault in it."""
    path = ROOT / record["file"]
    if not path.is_file():
        raise Stale(f"no file {record['file']}")
    text = path.read_text()
    words = unescape(record["old"]).split()
    places = list(re.finditer(r"\s+".join(map(re.escape, words)), text)) if words else []
    if len(places) != 1:
        raise Stale(f"`old` occurs {len(places)} times in {record['file']}")
    start, end = places[0].span()
    changed = text[:start] + unescape(record["new"]) + text[end:]
    if changed == text:
        raise Stale("`new` changes nothing")
    return changed
