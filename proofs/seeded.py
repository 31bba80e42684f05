"""A fault of tests/mutants.list, put into a copy of its file that goes before the monitor's own (cbmc/run, frama-c/run, litmus/run)."""
import pathlib
import sys

import table  # which puts tools/ in the path

import seeds


def folder(name, fault):
    """The folder, to be the first for #include; the file is in it as it is in its top folder (monitor/, realm/)."""
    record = next((record for record in seeds.read_records() if record["id"] == fault), None)
    if record is None:
        sys.exit(f"proofs: tests/mutants.list has no fault {fault}")
    top = table.OUT / "seeded" / name
    path = top / pathlib.Path(*pathlib.Path(record["file"]).parts[1:])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(seeds.mutated(record))
    return top
