"""What is run to see whether the tests notice a fault: of each record the builds and commands, of unit tests the limits."""
import dataclasses
import hashlib
import json
import pathlib
import subprocess
import sys
import time

from copies import TIMED_OUT
from seeds import ROOT, Stale

LIMIT = 60                 # seconds for one run of the machine
BASELINE_LIMIT = 600       # for one program without a fault, by the clock; with one it may take
SLOWER, GRACE = 10, 60     # so many times as long, and that,
CPU_SLOWER, CPU_GRACE = 4, 4   # and of CPU time, which does not depend on what else the machine does
BASELINES = ROOT / "build/mutate.baselines"

FUZZ_SECONDS = 20  # for libFuzzer to find one
NATIVE = {"unit", "owners", "cycles", "linux-pair"}
MACHINE = {"machine", "owners", "cycles", "conformance", "base", "attack", "misfits", "linux-csm", "linux-host", "linux-pair"}


@dataclasses.dataclass
class Run:
    """What builds a test, or None; what runs it; the unit test's name, of what is one."""
    build: list
    command: list
    program: str = ""

    def outcome(self, copy, known):
        """(it passes, by what it was noticed, only time was up)"""
        if not self.program:
            status = copy.status(*self.command)
            return status == 0, named(self.command), status == TIMED_OUT
        outcome = copy.watched(self.command[0], *known.limits(self.program))
        return outcome.passed, f"{self.program}: {outcome.case}" if outcome.case else self.program, outcome.late


def named(command):
    """What says which test a command is."""
    words = [word for word in command if not word.startswith("-") and not word.isdigit() and word != "timeout"]
    return " ".join(pathlib.Path(word).name for word in words)


def unit_tests(copy):
    """Those that ctest knows in the copy. Of one that is not built it has a name alone."""
    listed = subprocess.run(["ctest", "--test-dir", copy.path / "build/native", "--show-only=json-v1"],
                            stdout=subprocess.PIPE)
    return json.loads(listed.stdout)["tests"]


def unit_programs(copy):
    """{name: program}: the unit tests that are built, by where they are in a copy."""
    commands = (test.get("command") for test in unit_tests(copy))
    programs = sorted(pathlib.Path(command[0]) for command in commands if command)
    if not programs:
        sys.exit("mutate: there are no unit tests")
    return {program.name: str(program.relative_to(copy.path)) for program in programs}


def machine_lists(copy):
    """{name: [(type, smp, icount)]} as the machine itself lists its tests."""
    run = subprocess.run(["tools/machine", "--release", "list"], cwd=copy.path, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, text=True)
    tests = {}
    for line in run.stdout.splitlines():
        word = line.split()
        if word[:1] == ["TEST"]:
            smp = next((w[4:] for w in word if w.startswith("smp=")), "1")
            only = [t for t in ("release", "debug") if t in word[2:]] or ["release", "debug"]
            tests[word[1]] = [(t, smp, "icount" in word) for t in only]
    return tests


class Known:
    """What the sources as they are have said: their tests, and how long each unit test takes."""

    def __init__(self):
        self.programs, self.machine, self.seconds = {}, {}, {}
        self.kept = json.loads(BASELINES.read_text()) if BASELINES.exists() else {}

    def limits(self, name):
        """Seconds of CPU and by the clock."""
        cpu, wall = self.seconds[name]
        return round(CPU_SLOWER * cpu + CPU_GRACE), round(SLOWER * wall + GRACE)

    def run(self, name):
        return Run(native(name), [self.programs[name]], name)

    def baseline(self, copy, name, longest=BASELINE_LIMIT):
        """Whether a unit test passes without a fault, in so many seconds of CPU. One that has, and is the same program still,
        is not run again. None: it takes longer."""
        program = copy.path / self.programs[name]
        digest = hashlib.sha256(program.read_bytes()).hexdigest()
        if not is_script(name) and self.kept.get(name, [""])[0] == digest:
            self.seconds[name] = self.kept[name][1:]
            return True if self.seconds[name][0] <= longest else None
        start = time.monotonic()
        outcome = copy.watched(self.programs[name], longest, BASELINE_LIMIT)
        if outcome.late and longest < BASELINE_LIMIT:
            return None
        if outcome.passed:
            self.seconds[name] = outcome.cpu, time.monotonic() - start
            self.kept[name] = digest, *self.seconds[name]
            BASELINES.write_text(json.dumps(self.kept))
        return outcome.passed


def is_script(name):
    return name.endswith(".py")


def native(name):
    """The build of this program; of all for a script, which may use any."""
    return ["tools/build", "native"] if is_script(name) else ["cmake", "--build", "build/native", "--target", name]


def kind_and_names(record):
    kind, _, names = record["test"].partition(":")
    return kind, [name.strip() for name in names.split(",") if name.strip()]


def runs(record, known):
    """[Run]: the first that fails ends it."""
    kind, names = kind_and_names(record)
    if kind == "unit":
        if absent := set(names) - set(known.programs):
            raise Stale(f"there is no unit test {', '.join(absent)}")
        return [known.run(name) for name in names or sorted(known.programs)]
    presets, commands = other_runs(record, kind, names, known.machine)
    return [Run(["tools/build", *presets] if presets else None, command) for command in commands]


def other_runs(record, kind, names, tests):
    """The same for what is no unit test: the presets, the commands."""
    if kind == "owners":
        return ["native", "firmware-release"], [["timeout", str(LIMIT), "tools/owners"]]
    if kind == "misfits":
        return ["firmware-release"], [["timeout", str(2 * LIMIT), "tests/check/misfits"]]
    if kind == "cycles":
        return ["native", "firmware-release"], [["tests/check/cycles"]]
    if kind == "packages":
        return [], [["tests/check/packages"]]
    if kind == "linux-pair":
        return ["native", "firmware-release"], [["tests/check/linux-pair"]]
    if kind == "linux-csm" and names:
        return ["firmware-release"], [["tests/check/linux-csm", *names]]
    if kind == "tsan":
        return ["tsan"], [["timeout", str(2 * LIMIT), "tests/check/threads"]]
    if kind == "fuzz" and names:
        return ["fuzz"], [["tools/fuzz", name, "--seconds", str(FUZZ_SECONDS)] for name in names]
    if kind == "attack" and names:
        return ["firmware-release"], [["tools/attack", "--failures", *names]]
    if kind == "linux-host" and names:
        return ["firmware-release"], [["tests/check/linux-host", *names]]
    if kind == "prove" and names:
        return [], [["proofs/run", "--all", name] for name in names]
    if kind == "conformance" and names:
        return ["firmware-release"], [["tools/conformance", "--failures", *names]]
    if kind == "base" and names:
        return ["firmware-release", "firmware-base"], [["tests/check/base", *names]]
    if kind != "machine" or not names:
        raise Stale(f"test: {record['test']} is not understood")
    presets, commands = [], []
    for name in names:
        if name not in tests:
            raise Stale(f"there is no machine test {name}")
        # One image is enough to catch a fault; the release one is quicker and has no assertions to help.
        kind, smp, icount = tests[name][0]
        if f"firmware-{kind}" not in presets:
            presets.append(f"firmware-{kind}")
        commands.append(["tools/machine", f"--{kind}", "--smp", smp, "--timeout", str(LIMIT)]
                        + (["--icount"] if icount else []) + ["test", name])
    return presets, commands


def configure(copy):
    if not (copy.path / "build/native/build.ninja").exists() and not copy.passes("cmake", "--preset", "native"):
        sys.exit(f"mutate: cmake fails ({copy.log.relative_to(ROOT)})")


def prepare(copy, kinds, names=()):
    """Builds what the kinds of tests need, as the sources are; of unit tests those of these names, or all."""
    some = kinds == {"unit"} and names and not any(map(is_script, names))
    if some:
        configure(copy)
    presets = (["native"] if kinds & NATIVE else []) + sorted(kinds & {"fuzz", "tsan"}) + (["firmware-release", "firmware-debug"] if kinds & MACHINE else [])
    command = ["cmake", "--build", "build/native", "--target", *names] if some else ["tools/build", *presets]
    if presets and not copy.passes(*command):
        sys.exit(f"mutate: the sources do not build as they are ({copy.log.relative_to(ROOT)})")


def baseline(copy, records, kinds):
    """Without a fault everything that will be run must pass."""
    known = Known()
    if "unit" in kinds:
        known.programs = unit_programs(copy)
    if "machine" in kinds:
        known.machine = machine_lists(copy)
    seen = set()
    for run in (run for record in records for run in runs(record, known)):
        if tuple(run.command) in seen:
            continue
        seen.add(tuple(run.command))
        if not (known.baseline(copy, run.program) if run.program else copy.passes(*run.command)):
            sys.exit(f"mutate: fails without any fault: {' '.join(run.command)} ({copy.log.relative_to(ROOT)})")
    return known
