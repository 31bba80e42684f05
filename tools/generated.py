"""Classical faults (classical.py), all of them put into their sources at once (together.py), so that each is but a run of the
unit tests that call its function. What survives was looked at once: tests/survivors.list says what came of it, and a run says
only what is new. A run that was stopped goes on: what has come of each fault is kept."""
import collections
import hashlib
import json
import queue
import random
import re
import subprocess
import sys
import time

import classical
import together
from copies import Copy
from seed_tests import BASELINE_LIMIT, SLOWER, GRACE, unit_programs, unit_tests
from seeds import ROOT, blocks

LIST = ROOT / "tests/survivors.list"
KEYS = ("fault", "class", "why")
CLASSES = ("equivalent", "untestable", "todo")
NEW = ROOT / "build/mutate.survivors"  # what a run leaves: records to fill in
KEPT = ROOT / "build/mutate.generated"  # what has come of each fault: a line of JSON
BASELINES = ROOT / "build/mutate.generated.baselines"
COPY = "mutate.together"
ROOMS = ("monitor/csm", "monitor/call")
SANITIZERS = "undefined"  # half of the time of a test that also has the other goes to the other
CPU_SLOWER, CPU_GRACE = 2, 1
PIECE = 8  # faults, one after the other
QUICK = 1.0  # seconds: before a test that takes longer, whether there is a fault at all
# Chance decides what these see, so they decide nothing.
BY_CHANCE = re.compile(r"test_threads")
REFUSED = ("refused", "by the compiler")
RESULTS = ("caught", "refused", "same code", "known", "SURVIVED")


def known_survivors():
    records = blocks(LIST, KEYS)
    for record in records:
        if record["class"] not in CLASSES:
            sys.exit(f"mutate: {LIST.name}: {record['class']} is none of {', '.join(CLASSES)}")
    return {record["fault"]: record["class"] for record in records}


def places(names):
    """{source: lines}, all if there are none: those named, FILE or FILE:LINE; or all of the rooms."""
    found = {}
    for name in names:
        path, _, line = name.partition(":")
        if not path.endswith(".c") or not (ROOT / path).is_file() or not (line or "1").isdigit():
            sys.exit(f"mutate: {name} is no C source of the tree")
        found.setdefault(path, set()).update([int(line)] if line else [])
    return found or {str(path.relative_to(ROOT)): set() for room in ROOMS for path in sorted((ROOT / room).glob("*.c"))}


def chosen(faults, wanted):
    if not wanted.sample or wanted.sample >= len(faults):
        return faults
    places = set(random.Random(wanted.seed).sample(range(len(faults)), wanted.sample))
    return [fault for i, fault in enumerate(faults) if i in places]


def digest(*texts):
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


class Kept:
    """What has come of each fault, as long as its source is the same; of one that survived, as long as the tests are."""

    def __init__(self, copy, readers, again):
        tests = sorted(path for path in (copy.path / "tests").rglob("*.[ch]"))
        self.tests = digest(*(path.read_text() for path in tests))
        self.sources = {name: digest(reader.text) for name, reader in readers.items()}
        lines = KEPT.read_text().splitlines() if KEPT.exists() and not again else []
        self.found = {found["fault"]: found for found in map(json.loads, lines) if self.holds(found)}
        self.file = open(KEPT, "a")

    def holds(self, found):
        return found["source"] == self.sources.get(found["fault"].split()[0]) and (
            found["result"] != "SURVIVED" or found["tests"] == self.tests)

    def passed(self, fault):
        """The tests that did not notice it."""
        return set(self.found.get(fault.name, {}).get("passed", []))

    def decided(self, fault):
        """(result, by what), unless other tests may still notice it."""
        found = self.found.get(fault.name, {"result": "SURVIVED"})
        return None if found["result"] == "SURVIVED" else (found["result"], found["by"])

    def keep(self, fault, result, by, passed=()):
        found = {"fault": fault.name, "source": self.sources[fault.file], "result": result, "by": by}
        if result == "SURVIVED":
            found |= {"tests": self.tests, "passed": sorted(passed)}
        self.found[fault.name] = found
        self.file.write(json.dumps(found) + "\n")
        self.file.flush()


class SameCode:
    """Whether a release build's compiler makes the same of a source with and without the fault: then nothing can tell."""

    def __init__(self, copy, readers):
        self.copy, self.readers, self.original = copy, readers, {}

    def compiled(self, path, text):
        """None: the compiler refuses it."""
        words = [w for w in classical.command_of(self.copy.path, path) if not re.match(r"-(W|g|O|fsanitize|DCAEC_DEBUG)", w)]
        source = self.copy.path / f"build/{self.copy.said.stem}.c"
        output = source.with_suffix(".o")
        words[words.index("-o") + 1], words[-1] = str(output), str(source)
        source.write_text(text)
        return output.read_bytes() if self.copy.passes(*words, "-O2", "-DNDEBUG", "-w") else None

    def holds(self, fault):
        path, text = fault.file, self.readers[fault.file].text
        if path not in self.original:
            self.original[path] = self.compiled(path, text)
        if self.original[path] is None:
            sys.exit(f"mutate: a release build does not compile {path} as it is ({self.copy.log.relative_to(ROOT)})")
        return self.compiled(path, fault.put_in(text)) == self.original[path]


# --- All faults in one build ---

def complaints(copy, path):
    """What the compiler says of a source's text, which makes no code of it yet."""
    return subprocess.run([*classical.command_of(copy.path, path), "-fsyntax-only"], cwd=copy.path / "build/native",
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr


class All:
    """The sources with all faults but those that the compiler refuses, which `refused` is told."""

    def __init__(self, copy, readers, numbers, refused):
        self.copy, self.readers, self.refused = copy, readers, refused
        self.faults = {number: fault for fault, number in numbers.items()}

    def write(self, path):
        target, text = self.copy.path / path, together.together(self.readers[path], self.faults)
        if target.read_text() != text:
            target.write_text(text)

    def drop(self, said):
        """The sources of which something had to be dropped."""
        dropped = [self.faults.pop(number) for number in together.numbers_in(said) & set(self.faults)]
        for fault in dropped:
            self.refused(fault)
        return {fault.file for fault in dropped}

    def put_in(self):
        for path in self.readers:
            self.write(path)
            while self.drop(complaints(self.copy, path)):
                self.write(path)

    def build(self, names, jobs):
        """Some complaints come from what makes the code."""
        command = ["ninja", "-C", "build/native", f"-j{jobs}", "-k0", *names]
        while (run := subprocess.run(command, cwd=self.copy.path, env=self.copy.environment, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True)).returncode:
            if not (changed := self.drop(run.stdout)):
                sys.exit(f"mutate: the sources do not build with all faults:\n{run.stdout[-2000:]}")
            for path in changed:
                self.write(path)


def configure(copy):
    if not (copy.path / "build/native/build.ninja").exists() and not copy.passes(
            "cmake", "--preset", "native", f"-DCAEC_SANITIZERS={SANITIZERS}"):
        sys.exit(f"mutate: cmake fails ({copy.log.relative_to(ROOT)})")


def programs_of(copy, paths, words):
    """The unit tests that any of the sources is linked into. Of a copy that is configured."""
    names = [test["name"] for test in unit_tests(copy)
             if not BY_CHANCE.match(test["name"]) and any(word in test["name"] for word in words)]
    linked = {name: inputs(copy, name) for name in names}
    if missing := [path for path in paths if not any(f"/{path}\n" in of for of in linked.values())]:
        sys.exit(f"mutate: no such unit test has {', '.join(missing)}")
    return [name for name in names if any(f"/{path}\n" in linked[name] for path in paths)]


def inputs(copy, name):
    return subprocess.run(["ninja", "-C", "build/native", "-t", "inputs", name], cwd=copy.path, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout


# --- Tests ---

class Tests:
    """What they say without a fault, and how long they take: [digest, seconds of CPU, by the clock, functions they call].
    One that is the same program still is not run again."""

    def __init__(self, copy, names, longest):
        self.programs = unit_programs(copy)
        self.kept = json.loads(BASELINES.read_text()) if BASELINES.exists() else {}
        self.of = {name: found for name in names if (found := self.baseline(copy, name, longest))}
        BASELINES.write_text(json.dumps(self.kept))
        self.kills = collections.Counter()

    def baseline(self, copy, name, longest):
        """None: it takes longer."""
        program = (copy.path / self.programs[name]).read_bytes()
        if self.kept.get(name, [""])[0] != (now := hashlib.sha256(program).hexdigest()):
            reached = copy.path / "build/reached"
            reached.unlink(missing_ok=True)
            start = time.monotonic()
            outcome = copy.watched(self.programs[name], longest, BASELINE_LIMIT, CAEC_REACHED=str(reached))
            if not outcome.passed and outcome.cpu > longest - 1:
                return None
            if not outcome.passed:
                sys.exit(f"mutate: fails without any fault: {name} ({copy.log.relative_to(ROOT)})")
            functions = sorted(set(reached.read_text().splitlines())) if reached.exists() else []
            self.kept[name] = now, outcome.cpu, time.monotonic() - start, functions
        return self.kept[name] if self.kept[name][1] <= longest else None

    def order(self, fault):
        """Those that call its function: first those that have caught the most there, for their time."""
        def worth(name):
            kills = sum(weight * self.kills[place, name] for weight, place in
                        ((16, (fault.file, fault.function)), (4, fault.file), (1, None)))
            return (kills + 0.2) / (self.of[name][1] + 0.1)
        return sorted((name for name, found in self.of.items() if f"{fault.file} {fault.function}" in found[3]),
                      key=worth, reverse=True)

    def caught(self, fault, name):
        for place in ((fault.file, fault.function), fault.file, None):
            self.kills[place, name] += 1

    def outcome(self, copy, name, number):
        _, cpu, wall, _ = self.of[name]
        return copy.watched(self.programs[name], round(CPU_SLOWER * cpu + CPU_GRACE), round(SLOWER * wall + GRACE),
                            CAEC_FAULT=str(number))


class Search:
    """How one fault after the other is looked for."""

    def __init__(self, tests, kept, readers, numbers):
        self.tests, self.kept, self.readers, self.numbers = tests, kept, readers, numbers
        for fault in numbers:
            if decided := kept.decided(fault):
                tests.caught(fault, decided[1].partition(":")[0])

    def seek(self, copy, fault, passed):
        """(result, by what); `passed` learns which tests have not noticed it."""
        same = None
        for name in [name for name in self.tests.order(fault) if name not in passed]:
            if same is None and (passed or self.tests.of[name][1] > QUICK):
                same = copy.same.holds(fault)
            if same:
                return "same code", ""
            outcome = self.tests.outcome(copy, name, self.numbers[fault])
            if not outcome.passed:
                self.tests.caught(fault, name)
                late = ", time is up" if outcome.late else ""
                return "caught", (f"{name}: {outcome.case}" if outcome.case else name) + late
            passed.add(name)
        return ("same code" if same is None and copy.same.holds(fault) else "SURVIVED"), ""

    def piece(self, copy, faults):
        found = []
        for fault in faults:
            start, passed = time.monotonic(), self.kept.passed(fault)
            if decided := self.kept.decided(fault):
                result, by = decided
            else:
                result, by = self.seek(copy, fault, passed)
                self.kept.keep(fault, result, by, passed)
            found.append((result, fault))
            told = ", ".join([by] * bool(by) + [f"{time.monotonic() - start:.1f} s"])
            print(f"{result:<9} {fault.line}: {fault.name} ({told})", flush=True)
        return found


def pieces(faults):
    of_file = collections.defaultdict(list)
    for fault in faults:
        of_file[fault.file].append(fault)
    return [found[i:i + PIECE] for found in of_file.values() for i in range(0, len(found), PIECE)]


# --- A run ---

def gone(faults, survivors, wanted):
    """Records of what the sources no longer have; only all faults of a source can tell."""
    names, whole = {fault.name for fault in faults}, [path for path, lines in places(wanted.id).items() if not lines]
    return [] if wanted.sample else [name for name in survivors if name.split()[0] in whole and name not in names]


def workers(copy, readers, jobs):
    found = queue.Queue()
    for number in range(jobs):
        worker = copy.beside(number)
        worker.same = SameCode(worker, readers)
        found.put(worker)
    return found


def build(copy, readers, names, numbers, kept, jobs):
    known = {fault: number for fault, number in numbers.items() if kept.decided(fault) != REFUSED}
    everything = All(copy, readers, known, lambda fault: kept.keep(fault, *REFUSED))
    everything.put_in()
    everything.build(names, jobs)


def prepared(wanted, jobs, begin):
    """(the faults, where to look for them, how)"""
    copy = Copy(COPY)
    configure(copy)
    readers = {path: classical.Reader(copy.path, path) for path in places(wanted.id)}
    faults = [fault for path, lines in places(wanted.id).items() for fault in readers[path].all()
              if not lines or fault.line in lines]
    numbers = {fault: number for number, fault in enumerate(chosen(faults, wanted), 1)}
    kept = Kept(copy, readers, wanted.again)
    names = programs_of(copy, readers, wanted.by.split(","))
    begin(f"{len(numbers)} faults are put in and built")
    build(copy, readers, names, numbers, kept, jobs)
    begin("the tests without a fault")
    search = Search(Tests(copy, names, wanted.within), kept, readers, numbers)
    return list(numbers), workers(copy, readers, jobs), search


def run(wanted, jobs, each, begin):
    """each(copies, pieces, work) and begin(what) are tools/mutate's: work for copies, and what is said of it."""
    faults, copies, search = prepared(wanted, jobs, begin)
    survivors = {} if wanted.again else known_survivors()
    NEW.write_text("")
    new = [fault for fault in faults if fault.name not in survivors]
    count = collections.Counter({"known": len(faults) - len(new)})
    for result, fault in each(copies, pieces(new), search.piece):
        count[result] += 1
        if result == "SURVIVED":
            with open(NEW, "a") as records:
                records.write(f"fault: {fault.name}\nclass: todo\nwhy:\n\n")
    for name in gone(faults, survivors, wanted):
        print(f"gone      {name}")
    print(f"{len(faults)} classical faults:", ", ".join(f"{count[result]} {result.lower()}" for result in RESULTS))
    return count["SURVIVED"] != 0
