#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""test_model_run.py: a machine ends with the program that started it, however that ends; what a run of ./caec evaluate model has
measured is kept when it breaks off; and --check compares the rows that there are twice, and no others."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]
import cases  # noqa: E402
import evaluate_model  # noqa: E402
import model_run  # noqa: E402

PATIENCE = 30
# Realms, typed at by a program that is about to be killed.
DRIVER = """import sys
sys.path.insert(0, sys.argv[1] + "/tools")
import realms
realms.Realms([sys.argv[1] + "/tools/linux", "--realms", "2", "--cpus", "1", "--kernel", sys.argv[1] + "/Image", "--initrd", sys.argv[1] + "/initrd"])
sys.stdin.read()
"""
# The same of a machine that is listened to, by a function of a module.
LISTENER = """import importlib, sys
sys.path.insert(0, sys.argv[1])
listen = getattr(importlib.import_module(sys.argv[3]), sys.argv[4])
listen([sys.executable, "-c", "import time; time.sleep(600)", sys.argv[2] + "/machine"])
"""
# What is asked to end once more while it tidies up.
ASKED_TWICE = """import os, pathlib, signal, sys
sys.path.insert(0, sys.argv[1])
import child
child.tidy_up_when_asked_to_end()
try:
    os.kill(os.getpid(), signal.SIGTERM)
finally:
    os.kill(os.getpid(), signal.SIGTERM)
    pathlib.Path(sys.argv[2], "tidy").touch()
"""
LISTENERS = (("agents_run", "listen"), ("bench_host", "said_by"))
MACHINE = """#!/bin/sh
exec python3 -c 'import time; time.sleep(600)' {folder}/machine
"""


# --- Who is left -------------------------------------------------------------------------------------------------

def alive(token):
    """Programs with this in their command lines, but for those that nobody has waited for yet."""
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if token in (place / "cmdline").read_text() and (place / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                yield int(place.name)
        except OSError:
            pass  # it has just ended


def within_patience(what):
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def test_killed(folder):
    """At once, in the middle of starting, and when all is there; with a terminal's Ctrl-C, asked to end, and killed."""
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tools/machine").write_text(MACHINE.format(folder=folder))
    (folder / "Image").write_bytes(bytes(56) + b"ARMd" + bytes(64))
    (folder / "initrd").write_bytes(b"07070")
    (folder / "tmp").mkdir()
    (folder / "build/deps/linux").mkdir(parents=True)
    (folder / "build/deps/linux/version").write_text("1")
    environment = os.environ | {"TMPDIR": str(folder / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"}
    for how in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM):
        for delay in (0.05, 0.2, None):
            driver = subprocess.Popen([sys.executable, "-c", DRIVER, str(folder)], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
            if delay is None:
                within_patience(lambda: list(alive(f"{folder}/machine")))
            else:
                time.sleep(delay)
            driver.send_signal(how)
            driver.wait(PATIENCE)
            driver.stdin.close()
            within_patience(lambda: not list(alive(f"{folder}/")))
            if delay is None:
                assert not list((folder / "tmp").iterdir()), "its files are left"


def test_asked_twice(folder):
    program = subprocess.run([sys.executable, "-c", ASKED_TWICE, str(ROOT / "tools"), str(folder)])
    assert (folder / "tidy").exists() and program.returncode == 128 + signal.SIGTERM


def test_listeners_killed(folder):
    for listener in LISTENERS:
        driver = subprocess.Popen([sys.executable, "-c", LISTENER, str(ROOT / "tools"), str(folder), *listener], stderr=subprocess.DEVNULL,
                                  env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
        within_patience(lambda: list(alive(f"{folder}/machine")))
        driver.kill()
        driver.wait(PATIENCE)
        within_patience(lambda: not list(alive(f"{folder}/machine")))


# --- What is kept ------------------------------------------------------------------------------------------------

class Party:
    """Realms that are not there. The one in `breaks` ends its run."""
    breaks = None

    def __init__(self, path, count, mib):
        del path, mib
        self.names, self.booted, self.killed = "ABCD"[:count], {}, False
        Party.last = self

    def infer(self, name, gguf):
        del gguf
        if name == self.breaks:
            sys.exit("it broke off")
        return {"said": "x", "load_instructions": 1, "prompt_instructions": 2, "token_instructions": 3}

    def account(self, name, gguf):
        del name, gguf
        return {"mapped_kib": 4, "anonymous_kib": 5, "page_tables_kib": 6, "tree_bytes": 7, "granules": 110, "ram_entries": [0, 100]}

    def count(self, name):
        return 100 + ord(name)

    def kill(self):
        self.killed = True

    def off(self):
        pass


def broke(run):
    try:
        run.measure()
        return False
    except SystemExit:
        assert Party.last.killed, "its machine was left running"
        return True


def test_kept(folder):
    model_run.Party, model_run.KEPT, model_run.build, model_run.say = Party, folder, lambda: "this build", lambda text: None
    model_run.memory_mib = lambda *_: 300
    path = folder / "model.gguf"
    path.write_bytes(b"model")
    run = model_run.Run(path, 10**9, 3, False)
    assert run.kept() is None
    for breaks, realms in (("B", "A"), ("C", "AB"), ("B", "AB")):
        Party.breaks = breaks
        assert broke(run) and not run.whole.exists() and "".join(run.kept()["realms"]) == realms, (breaks, run.kept())
    Party.breaks = None
    assert not broke(run) and not run.part.exists() and "".join(run.kept()["realms"]) == "ABC"
    assert run.kept()["realms"]["B"]["account"]["granules"] == 110
    assert run.kept()["realms"]["C"]["granules_of_all"] == [165, 166, 167]
    path.with_name("other").mkdir()
    other = path.with_name("other") / path.name
    other.write_bytes(b"another of that name")
    assert model_run.Run(other, 10**9, 3, False).kept() is None, "another file's run"


def test_again(folder):
    """Which runs are measured anew."""
    model_run.KEPT, measured = folder, []
    path = folder / "model.gguf"
    path.write_bytes(b"model")
    run = model_run.Run(path, 10**9, 2, False)
    run.measure = lambda: measured.append(1) or run.whole.write_text(json.dumps({"build": "this build"}))
    for wanted, again, build in ((1, model_run.KEPT_ONES, "this build"), (0, model_run.KEPT_ONES, "another"), (0, model_run.OTHERS, "this build"),
                                 (1, model_run.OTHERS, "another"), (1, model_run.ALWAYS, "this build")):
        measured.clear()
        model_run.build = lambda: build
        run.bring(again)
        assert len(measured) == wanted, (again, build)


class Kept:
    """A run that got as far as these realms."""

    def __init__(self, realms):
        self.realms = realms

    def kept(self):
        return self.realms and {"realms": dict.fromkeys(self.realms)}


def test_rows(folder):
    """A row is of the run that is meant for it, if that got so far, or of one with more realms that did."""
    del folder
    for two, three, wanted in (("AB", "ABC", "AB ABC"), ("A", "ABC", "ABC ABC"), ("AB", "A", "AB None"), (None, "AB", "AB None"), (None, None, "None None")):
        runs = {2: (Kept(two), None), 3: (Kept(three), None)}
        found = [evaluate_model.kept(runs, count, False) for count in runs]
        assert " ".join("".join(run["realms"]) if run else "None" for run in found) == wanted, (two, three, found)


def test_compared(folder):
    """What has not been measured has not moved, and neither has what was never saved."""
    del folder
    row = {"model_bytes": 1, "own_granules": 100}
    of = lambda *names: {f"{name}_{key}": value for name in names for key, value in row.items()}  # noqa: E731
    (now, before), lines = evaluate_model.compared(of("gpt2_2", "gpt2_3"), of("gpt2_2", "gpt2-medium_2"))
    assert now == before == of("gpt2_2"), (now, before)
    assert lines == ["GPT-2, 3 realms: measured, and not saved yet: not compared", "GPT-2 Medium, 2 realms: saved, and not measured now: not compared"], lines
    (now, before), lines = evaluate_model.compared({}, of("gpt2_2"))
    assert now == before == {} and len(lines) == 1
    (now, before), _ = evaluate_model.compared(of("gpt2_2") | {"gpt2_2_more": 1}, of("gpt2_2"))
    assert now != before, "a value that a row did not have"


cases.run((test_killed, test_asked_twice, test_listeners_killed, test_kept, test_again, test_rows, test_compared))
