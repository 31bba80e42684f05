"""Does each rule see its breach? One or more for each are seeded, one at a time, in a copy of the tree."""
import shutil
import tempfile

from tree import Tree, added, copy_of

# Rule, file (a new one where it does not exist), what is added to its end, what the rule must say of it. Words that a
# rule looks for in this file, too, are in two pieces.
BREACHES = (
    ("abi", "include/caec/csm.h", '#include "csm/csm.h"\n', "include/caec/csm.h"),
    ("pure", "monitor/model/rtte.c", "void f(void) { __asm__(\"nop\"); }\n", "monitor/model/rtte.c"),
    ("no_machine", "monitor/port/aarch64/log.c", "/* Q" + "EMU's */\n", "monitor/port/aarch64/log.c"),
    ("arguments", "monitor/call/rmi.c", "\treturn granule_find(pa(arg[2]));\n", "monitor/call/rmi.c"),
    ("arguments", "monitor/call/psci.c", "\tif (rec->gprs[3] != 0)\n", "monitor/call/psci.c"),
    ("arguments", "monitor/call/psci.c", "\trec->gprs[0] = rec->gprs[3];\n", "monitor/call/psci.c"),
    ("later", "realm/lib/rsi.c", "/* TO" + "DO */\n", "realm/lib/rsi.c"),
    ("nolint", "host/lib/csm.c", "int x; /* NO" + "LINT */\n", "host/lib/csm.c"),
    ("nolint", "host/lib/csm.c", "int x; /* NO" + "LINT(bugprone-branch-clone) */\n", "host/lib/csm.c"),
    ("blanks", "host/lib/csm.c", "int blank; \n", "host/lib/csm.c"),
    ("arrows", "monitor/model/rtt.c", '#include "call/rmi.h"\n', '"call/rmi.h" is of monitor/call'),
    ("arrows", "host/demo/demo.c", '#include "tests/machine/machine.h"\n', "is of tests/machine"),
    ("arrows", "host/demo/demo.c", '#include "nothing.h"\n', '"nothing.h" is no file'),
    ("arrows", "host/new/new.c", "int x;\n", "its room is not in"),
    ("arrows", "tests/check/arrows", "host/new: tests/unit\n", "host/new is product"),
    ("arrows", "tests/check/arrows", "host/new: host/nowhere\n", "there is no room host/nowhere"),
    ("dead_arrows", "tests/check/arrows", "host/lib: realm/lib\n", "host/lib: realm/lib"),
    ("circles", "monitor/model/granule.h", '#include "model/rtt.h"\n', "monitor/model/granule - monitor/model/"),
    ("built", "monitor/csm/forgotten.c", "int x;\n", "monitor/csm/forgotten.c is in no"),
    ("built", "tests/machine/forgotten.c", "int x;\n", "tests/machine/forgotten.c is in no"),
    ("built", "tests/unit/test_forgotten.c", "int x;\n", "tests/unit/test_forgotten.c is in no"),
    ("paths", "docs/csm.md", "See `monitor/csm/nothing.c`.\n", "monitor/csm/nothing.c"),
    ("paths", "docs/csm.md", "See `call/nothing.c`.\n", "call/nothing.c"),
    ("paths", "docs/csm.md", "See `nothing.c`.\n", "nothing.c"),
    ("paths", "README.md", "[nothing](nothing.md)\n", "link to nothing.md"),
    ("functions", "docs/csm.md", "Calls `csm_" + "nothing()`.\n", "csm_" + "nothing()"),
    ("comments", "monitor/main.c", "/* docs/" + "nothing.md */\n", "docs/" + "nothing.md"),
    ("sides", "host/lib/csm.c", "static int csm_share(void)\n{\n\treturn 0;\n}\n", "csm_share: monitor/csm/provider.c, host/lib/csm.c"),
    ("sides", "realm/lib/rsi.h", "struct granule_table {\n\tint x;\n};\n#define CSM_STEP 1\n", "CSM_STEP"),
    ("python", "tools/bench_plot.py", "def\n", "tools/bench_plot.py"),
    ("python", "tools/owners", "def\n", "tools/owners"),
    ("python", "tools/linux", "def\n", "tools/linux"),
    ("scripts", "tools/setup", "echo $undefined_and_unquoted\n", "SC2086"),
    ("layout", "monitor/call/rmi.c", "int  x ;\n", "monitor/call/rmi.c: lines"),
    ("attacks", "docs/attacks.md", "| id |\n", "docs/attacks.md"),
    ("attacks", "tests/attack/attacks.def", 'ATTACK(nothing, HOST, I1, "a", "b", "c")\n', "nothing has no function"),
    ("cppcheck", "monitor/call/rmi.c", "int f(void)\n{\n\tint a[2] = { 0 };\n\treturn a[2];\n}\n", "arrayIndexOutOfBounds"),
)


def says(rule, root, name, text, wanted):
    """Does the rule, of the file with `text` at its end?"""
    with added(root / name, text):
        return any(wanted in place for place in rule(Tree(root)))


def main(root, rules):
    work = tempfile.mkdtemp()
    copy = copy_of(root, work)
    by_name = {rule.__name__: rule for rule in rules}
    missed = [f"{rule}: {name}: {text!r}" for rule, name, text, wanted in BREACHES
              if not says(by_name[rule], copy, name, text, wanted)]
    missed += [f"{name}: no breach is seeded" for name in by_name.keys() - {breach[0] for breach in BREACHES}]
    shutil.rmtree(work)
    print(*missed, f"{len(BREACHES)} breaches seeded, {len(missed)} missed", sep="\n")
    return len(missed) != 0
