"""Does tests/check/tidy see what is seeded, one fault at a time, in a copy of the tree?"""
import shutil
import subprocess
import tempfile

from tree import added, copy_of

# File (a new one where it does not exist), what is added to its end, the unit that is looked at, what must be said of it.
# A unit is clean before: what is known of it must not hide the fault.
FAULTS = (
    ("monitor/model/rtte.c", "void seeded(int *a);\nvoid seeded(int *a)\n{\n\tif (a != 0);\n\t\t*a = 1;\n}\n", "monitor/model/rtte.c",
     "bugprone-suspicious-semicolon"),
    ("monitor/model/rtte.h", "bool seeded(int a);\nbool seeded(int b);\n", "monitor/model/rtte.c", "readability-redundant-declaration"),
    ("monitor/run/aarch64/timer.c", "int seeded(int a);\nint seeded(int a)\n{\n\treturn a == 0 ? 0 : seeded(a - 1);\n}\n",
     "monitor/run/aarch64/timer.c", "misc-no-recursion"),
    ("host/board/gic.c", "bool seeded(int a);\nbool seeded(int a)\n{\n\treturn a != a;\n}\n", "host/board/gic.c", "misc-redundant-expression"),
    ("realm/lib/rsi.c", "void seeded(int a);\nvoid seeded(int a)\n{\n\ta = a;\n}\n", "realm/lib/rsi.c", "clang-diagnostic-self-assign"),
    ("verifier/policy_load.c", "void seeded(void);\nvoid seeded(void)\n{\n\tfopen(\"x\", \"r\");\n}\n", "verifier/policy_load.c", "cert-err33-c"),
    ("linux/csm-tool/text.c", "int seeded(const char *a);\nint seeded(const char *a)\n{\n\treturn atoi(a);\n}\n", "linux/csm-tool/text.c", "cert-err34-c"),
    ("monitor/model/registry.c", "int seeded(const int *a);\nint seeded(const int *a)\n{\n\treturn a == 0 ? *a : 0;\n}\n",
     "monitor/model/registry.c", "clang-analyzer-core.NullDereference"),
    ("monitor/csm/share.c", "int seeded(int a);\nint seeded(int a)\n{\n\tint *at = a != 0 ? &a : 0;\n\n\treturn *at;\n}\n", "monitor/csm/share.c",
     "analyzer-null-dereference]"),
    ("monitor/csm/forgotten.c", "int x;\n", "monitor/csm/forgotten.c", "in no build"),
    ("tests/.clang-tidy", "  -misc-static-assert\n", "tests/sim/tlb.c", "misc-static-assert is left out: why?"),
)


def says(copy, findings, name, text, unit, wanted):
    """Is this found, of the file with `text` at its end?"""
    with added(copy / name, text):
        found, _, _ = findings(copy, wanted.startswith("clang-analyzer"), {unit})
    return any(wanted in place for place in found)


def main(root, findings):
    work = tempfile.mkdtemp()
    try:
        copy = copy_of(root, work, ("deps", "tfa"))
        units = {unit for _, _, unit, wanted in FAULTS if wanted != "in no build"}
        faults, _, _ = findings(copy, False, units)
        again, new, known = findings(copy, False, units)
        missed = [f"before anything is seeded: {fault}" for fault in faults + again]
        if new or known != len(units):
            missed.append(f"{new} sources looked at again, {known} of {len(units)} known")
        missed += [f"{name}: {wanted}" for name, text, unit, wanted in FAULTS if not says(copy, findings, name, text, unit, wanted)]
    except subprocess.CalledProcessError as error:
        missed = [str(error)]
    finally:
        shutil.rmtree(work)
    print(*missed, f"{len(FAULTS)} faults seeded, {len(missed)} missed", sep="\n")
    return len(missed) != 0
