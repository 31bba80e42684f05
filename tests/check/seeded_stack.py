"""Does tests/check/stack see what is seeded in a command of a copy: a frame too large, recursion, a call through a pointer?"""
import shutil
import subprocess
import tempfile

from tree import copy_of

FILE = "monitor/call/rmi_granule.c"
BEFORE = "uint64_t rmi_granule_delegate("
FUNCTIONS = """#define SEEDED static __attribute__((noipa)) uint64_t
SEEDED seeded_deep(const uint64_t *arg)
{
	volatile uint64_t large[2048];

	large[arg[1] % 2048] = 1;
	return large[arg[2] % 2048];
}

SEEDED seeded_one(uint64_t n);
SEEDED seeded_other(uint64_t n)
{
	return n == 0 ? 1 : seeded_one(n / 2) * 3 + n;
}
SEEDED seeded_one(uint64_t n)
{
	return n == 0 ? 2 : seeded_other(n / 2) * 5 + n;
}

static uint64_t (*volatile seeded_pointer)(const uint64_t *) = seeded_deep;

"""
AFTER = "\t(void)out;\n"
CALLS = "\tif (seeded_deep(arg) + seeded_one(arg[1]) + seeded_pointer(arg) == 1)\n\t\treturn RMI_ERROR_INPUT;\n"

WANTED = ("bytes may take", "recursion: seeded_", "rmi_granule_delegate calls through a pointer",
          "seeded_deep is in a table that nobody calls through")


def build(root, work):
    """The release monitor of a copy with the faults."""
    copy = copy_of(root, work, ("deps", "tfa"))
    text = (copy / FILE).read_text()
    (copy / FILE).write_text(text.replace(BEFORE, FUNCTIONS + BEFORE, 1).replace(AFTER, AFTER + CALLS, 1))
    for command in (["--preset", "firmware-release"], ["--build", "--preset", "firmware-release", "--target", "monitor"]):
        subprocess.run(["cmake", *command], cwd=copy, check=True, stdout=subprocess.DEVNULL)
    return copy / "build/firmware-release/monitor.elf"


def main(root, judge):
    work = tempfile.mkdtemp()
    try:
        faults = judge(build(root, work))
    finally:
        shutil.rmtree(work)
    missed = [wanted for wanted in WANTED if not any(wanted in fault for fault in faults)]
    missed += [f"not seeded: {fault}" for fault in faults if not any(wanted in fault for wanted in WANTED)]
    print(*missed, f"{len(WANTED)} faults wanted, {len(missed)} wrong", sep="\n")
    return len(missed) != 0
