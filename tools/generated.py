"""Classical faults (classical.py), put in one after the other and looked for by the unit tests that have their source.
What survives was looked at once: tests/survivors.list says what came of it, and a run says only what is new."""
import collections
import random
import re
import subprocess
import sys
import time

import classical
from seed_tests import Known, configure, native, prepare, unit_programs, unit_tests
from seeds import ROOT, blocks

LIST = ROOT / "tests/survivors.list"
KEYS = ("fault", "class", "why")
CLASSES = ("equivalent", "untestable", "todo")
NEW = ROOT / "build/mutate.survivors"  # what a run leaves: records to fill in
ROOMS = ("monitor/csm", "monitor/call")
PIECE = 8  # faults that a copy takes at a time
# Chance decides what these see, so they decide nothing.
BY_CHANCE = re.compile(r"test_threads")
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


def faults_of(folder, wanted):
    faults = [fault for name, lines in places(wanted.id).items() for fault in classical.Reader(folder, name).all()
              if not lines or fault.line in lines]
    if wanted.sample and wanted.sample < len(faults):
        chosen = set(random.Random(wanted.seed).sample(range(len(faults)), wanted.sample))
        return [fault for i, fault in enumerate(faults) if i in chosen]
    return faults


class SameCode:
    """Whether a release build's compiler makes the same of a source with and without the fault: then nothing can tell."""

    def __init__(self, copy):
        self.copy, self.original = copy, {}

    def compiled(self, path):
        """None: the compiler refuses it."""
        words = [w for w in classical.command_of(self.copy.path, path) if not re.match(r"-(W|g|O|fsanitize|DCAEC_DEBUG)", w)]
        output = self.copy.path / "build/same.o"
        words[words.index("-o") + 1] = str(output)
        return output.read_bytes() if self.copy.passes(*words, "-O2", "-DNDEBUG", "-w") else None

    def learn(self, path):
        """Of a source without a fault in it."""
        if path not in self.original:
            self.original[path] = self.compiled(path)
        if self.original[path] is None:
            sys.exit(f"mutate: a release build does not compile {path} as it is ({self.copy.log.relative_to(ROOT)})")

    def holds(self, path):
        return self.compiled(path) == self.original[path]


def programs_of(copy, paths, words):
    """{path: [unit test]}: the programs that a source is linked into. Of a copy that is configured."""
    names = [test["name"] for test in unit_tests(copy)
             if not BY_CHANCE.match(test["name"]) and any(word in test["name"] for word in words)]
    linked = {name: inputs(copy, name) for name in names}
    return {path: [name for name in names if f"/{path}\n" in linked[name]] for path in paths}


def inputs(copy, name):
    return subprocess.run(["ninja", "-C", "build/native", "-t", "inputs", name], cwd=copy.path, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout


class Order:
    """Which tests first: those that have caught the most here, for their time."""

    def __init__(self, copy, known, linked):
        self.folder, self.known, self.kills = copy.path, known, collections.Counter()
        self.linked = {path: [name for name in names if name in known.seconds] for path, names in linked.items()}

    def of(self, fault):
        def worth(name):
            kills = sum(weight * self.kills[place, name] for weight, place in
                        ((16, (fault.file, fault.function)), (4, fault.file), (1, None)))
            return (kills + 0.2) / (self.known.seconds[name][0] + 0.3)
        return sorted(self.linked[fault.file], key=worth, reverse=True)

    def caught(self, fault, name):
        for place in ((fault.file, fault.function), fault.file, None):
            self.kills[place, name] += 1


def seek(copy, fault, order, same):
    """(result, by what)"""
    if same.holds(fault.file):
        return "same code", ""
    for name in order.of(fault):
        if not copy.passes(*native(name)):
            return "refused", "by the compiler"
        outcome = copy.watched(order.known.programs[name], *order.known.limits(name))
        if not outcome.passed:
            order.caught(fault, name)
            late = ", time is up" if outcome.late else ""
            return "caught", (f"{name}: {outcome.case}" if outcome.case else name) + late
    return "SURVIVED", ""


def try_piece(copy, piece, order, same):
    same.learn(piece[0].file)
    text = (copy.path / piece[0].file).read_text()
    found = []
    for fault in piece:
        start = time.monotonic()
        with copy.changed(fault.file, fault.put_in(text)):
            result, by = seek(copy, fault, order, same)
        found.append((result, fault))
        told = ", ".join([by] * bool(by) + [f"{time.monotonic() - start:.0f} s"])
        print(f"{result:<9} {fault.line}: {fault.name} ({told})", flush=True)
        if result == "SURVIVED":
            with open(NEW, "a") as new:
                new.write(f"fault: {fault.name}\nclass: todo\nwhy:\n\n")
    return found


def pieces(faults):
    of_file = collections.defaultdict(list)
    for fault in faults:
        of_file[fault.file].append(fault)
    return [found[i:i + PIECE] for found in of_file.values() for i in range(0, len(found), PIECE)]


def build(copy, paths, wanted):
    configure(copy)
    linked = programs_of(copy, paths, wanted.by.split(","))
    if missing := [path for path, names in linked.items() if not names]:
        sys.exit(f"mutate: no such unit test has {', '.join(missing)}")
    prepare(copy, {"unit"}, sorted({name for names in linked.values() for name in names}))


def ready(copy, paths, wanted):
    """What the sources say without a fault, of the tests that do not take too long."""
    known, linked, longest = Known(), programs_of(copy, paths, wanted.by.split(",")), wanted.within
    known.programs = unit_programs(copy)
    for name in {name for names in linked.values() for name in names}:
        if known.baseline(copy, name, longest) is False:
            sys.exit(f"mutate: fails without any fault: {name} ({copy.log.relative_to(ROOT)})")
        if known.seconds.get(name, [0])[0] > longest:
            del known.seconds[name]
    return Order(copy, known, linked)


def gone(faults, survivors, wanted):
    """Records of what the sources no longer have; only all faults of a source can tell."""
    names, whole = {fault.name for fault in faults}, [path for path, lines in places(wanted.id).items() if not lines]
    return [] if wanted.sample else [name for name in survivors if name.split()[0] in whole and name not in names]


def run(wanted, make_copies, each):
    """make_copies(prepare, baseline) and each(copies, pieces, work) are tools/mutate's: copies, and work for them."""
    paths = list(places(wanted.id))
    copies, order = make_copies(lambda copy: build(copy, paths, wanted), lambda copy: ready(copy, paths, wanted))
    survivors = {} if wanted.again else known_survivors()
    faults = faults_of(order.folder, wanted)
    NEW.write_text("")
    new = [fault for fault in faults if fault.name not in survivors]
    same = {}
    found = each(copies, pieces(new), lambda copy, piece: try_piece(
        copy, piece, order, same.setdefault(copy, SameCode(copy))))
    count = collections.Counter(result for result, _ in found)
    count["known"] = len(faults) - len(new)
    for name in gone(faults, survivors, wanted):
        print(f"gone      {name}")
    print(f"{len(faults)} classical faults:", ", ".join(f"{count[result]} {result.lower()}" for result in RESULTS))
    return count["SURVIVED"] != 0
