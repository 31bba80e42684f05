#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""test_programs.py: what all programs have in common: one version, one manual page each, one status for a command line
that is wrong (docs/exit-status.md)."""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests"))
import cases  # noqa: E402

NATIVE = ROOT / "build/native"
PROGRAMS = {"caec-verify": "verifier", "caec-owner": "owner", "caec-measure": "measure"}
VERSION = re.search(r"set\(CAEC_VERSION (.*)\)", (ROOT / "cmake/version.cmake").read_text())[1]

# Of each script a command line that is wrong, and refused before anything is built.
SCRIPTS = ("caec nothing", "caec demo nothing", "caec test --nothing", "caec test one two", "caec test --unit one two",
           "caec attack --nothing", "caec attack nothing", "caec prove --nothing", "caec prove one two three",
           "caec fuzz --nothing", "caec fuzz --seed", "caec fuzz --seed x", "caec fuzz nothing",
           "caec conformance --nothing", "caec evaluate --nothing", "caec evaluate nothing", "caec host --nothing",
           "proofs/run --nothing", "proofs/cbmc/run --nothing", "proofs/frama-c/run --nothing", "proofs/litmus/run --nothing", "proofs/spin/run --nothing", "proofs/litmus/run --jobs 0",
           "tools/attack --nothing", "tools/attack nothing", "tools/demo-linux --nothing", "tools/evaluate --nothing", "tools/host --nothing",
           "tools/host-demo nothing", "tools/linux --nothing", "caec build --nothing", "caec check nothing",
           "caec coverage nothing", "caec mutate --nothing", "caec mutate nothing", "caec mutate --generate nothing", "caec mutate --sample 1", "caec bench --nothing", "caec linux --nothing", "caec endurance nothing",
           "caec clean nothing", "caec package nothing", "tests/run --nothing", "tests/run one two", "tests/check/linux-host-load --nothing",
           "tests/check/source --nothing",
           "tools/coverage nothing",
           "tools/fuzz nothing", "tools/bench --nothing", "tools/conformance --nothing", "tools/conformance --rmm",
           "tools/initramfs", "tools/install-packages", "tools/package --nothing", "tools/machine", "tools/machine --nothing", "tools/machine --smp", "tools/machine --console",
           "tools/mutate --nothing", "tools/mutate --jobs 0", "tools/mutate --generate --unit", "tools/owners --nothing", "tools/profile --nothing", "tools/setup nothing")


def run(*command):
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def program(name):
    return NATIVE / PROGRAMS[name] / name


def test_usage(folder):
    for name in PROGRAMS:
        for words in ([], ["--nothing"], ["one", "--nothing"]):
            done = run(program(name), *words)
            assert (done.returncode, done.stdout) == (1, ""), (name, words, done)
            assert done.stderr.startswith(f"{name}: usage: "), (name, words, done)
        done = run(program(name), "--help")
        assert done.returncode == 0 and done.stdout.startswith(f"usage: {name} ") and done.stderr == "", done
    for line in SCRIPTS:
        script, *words = line.split()
        done = run(ROOT / script, *words)
        assert done.returncode == 1 and done.stdout == "" and done.stderr != "", (line, done)
        assert not re.search(r" \.\.\. (\d+\.\d s|failed)", done.stderr), ("something was built before", line, done)


def test_version(folder):
    for name, room in PROGRAMS.items():
        done = run(program(name), "--version")
        assert (done.returncode, done.stdout) == (0, f"{name} {VERSION}\n"), done
        page = (NATIVE / room / f"{name}.1").read_text()
        assert f'.Os "CAEC {VERSION}"' in page, name


def test_manual(folder):
    """A page has every option of its program, and the statuses that the table has."""
    table = (ROOT / "docs/exit-status.md").read_text()
    columns = [name.strip("` ") for name in re.search(r"^\| status .*$", table, re.M)[0].split("|")]
    for name, room in PROGRAMS.items():
        page = (NATIVE / room / f"{name}.1").read_text()
        for option in re.findall(r"--([a-z0-9-]+)", run(program(name), "--help").stdout):
            assert "Fl " + f"-{option}".replace("-", r"\-") in page, (name, option)
        rows = [[cell.strip() for cell in row.split("|")] for row in re.findall(r"^\| \d.*$", table, re.M)]
        wanted = {row[1] for row in rows if row[columns.index(name)] == "x"}
        section = page.partition(".Sh EXIT STATUS")[2].partition(".Sh ")[0]
        assert set(re.findall(r"^\.It (\d)$", section, re.M)) == wanted, (name, wanted)


def test_console(folder):
    """A console is kept in a new file: what is there is somebody's."""
    kept = folder / "kept"
    kept.write_text("mine")
    done = run(ROOT / "tools/machine", "--image", "/dev/null", "--console", kept, "list")
    assert done.returncode == 1 and "is there already" in done.stderr, done
    assert kept.read_text() == "mine"


def script(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def proofs(folder, *names):
    """A folder with these of proofs/, and the tools beside it."""
    folder.mkdir()
    (folder / "tools").symlink_to(ROOT / "tools")
    (folder / "proofs").mkdir()
    for name in names:
        shutil.copy(ROOT / "proofs" / name, folder / "proofs")
    return folder / "proofs"


def test_prove(folder):
    """A checker that breaks off has failed; one that has nothing of that name has not."""
    folder = proofs(folder / "prove", "run", "table.py")
    for cbmc, spin, status, total in (
            ("echo 2 passed, 0 failed", "exit 2", 0, "2 passed, 0 failed"),
            ("echo 2 passed, 0 failed", "echo 1 passed, 1 failed; exit 1", 1, "3 passed, 1 failed"),
            ("echo 2 passed, 0 failed", "exit 1", 1, "2 passed, 1 failed"),
            ("kill -9 $$", "echo 2 passed, 0 failed", 1, "2 passed, 1 failed"),
            ("exit 2", "exit 2", 1, "0 passed, 0 failed")):
        for name, what in (("cbmc", cbmc), ("spin", spin), ("litmus", "exit 2"), ("frama-c", "exit 2")):
            script(folder / name / "run", f"#!/bin/sh\n{what}\n")
        done = run(folder / "run", "pattern")
        assert (done.returncode, done.stdout.splitlines()[-1]) == (status, total), (cbmc, spin, done)


def test_properties(folder):
    """The property of exactly that name, or else all in whose name it occurs."""
    folder = proofs(folder / "properties", "table.py")
    script(folder / "tool/run", "#!/usr/bin/python3\nimport pathlib, sys\nsys.path.insert(0, str(pathlib.Path(__file__).parents[1]))\n"
           "import table\nsys.exit(table.main(pathlib.Path(__file__).parent, '', lambda *_: ('holds', 'all')))\n")
    (folder / "tool/properties").write_text("one\tfast\tholds\none-more\tfast\tholds\nmost\tlong\tholds\n")
    for words, status, names in ((["one"], 0, ["one"]), (["on"], 0, ["one", "one-more"]), (["mo"], 0, ["one-more"]),
                                 (["--all", "mo"], 0, ["one-more", "most"]), (["none"], 2, []), (["--none"], 1, [])):
        done = run(folder / "tool/run", *words)
        assert (done.returncode, re.findall(r"^ok +(.*?):", done.stdout, re.M)) == (status, names), (words, done)


cases.run((test_usage, test_version, test_manual, test_console, test_prove, test_properties))
