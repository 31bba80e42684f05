"""A fault of tests/mutants.list, put into a copy of its file that goes before the monitor's own (cbmc/run, litmus/run)."""
import importlib.machinery
import importlib.util
import pathlib
import sys

import table


def mutate():
    """tools/mutate, which knows how a fault is put into a file."""
    sys.path.append(str(table.ROOT / "tools"))
    loader = importlib.machinery.SourceFileLoader("mutate", str(table.ROOT / "tools/mutate"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutate", loader))
    loader.exec_module(module)
    return module


def folder(name, fault):
    """The folder, to be the first for #include; the file is in it as it is in its top folder (monitor/, realm/)."""
    module = mutate()
    record = next((record for record in module.read_records() if record["id"] == fault), None)
    if record is None:
        sys.exit(f"proofs: tests/mutants.list has no fault {fault}")
    top = table.OUT / "seeded" / name
    path = top / pathlib.Path(*pathlib.Path(record["file"]).parts[1:])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(module.mutated(record))
    return top
