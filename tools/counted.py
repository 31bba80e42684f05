"""The machine with the plug-in of QEMU that counts (bench/cycles): what was executed between marks, row by row."""
import dataclasses
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLUGIN = ROOT / "build/native/bench/caec-cycles.so"
# Where each program runs (TF-A: BL31 in the Secure SRAM of QEMU's virt machine). The first that fits.
SPACES = {
    "host": (0x60000000, 0x60FFFFFF),
    "TF-A": (0xE000000, 0xEFFFFFF),
    "monitor": (0xFFFFFFFF80000000, 0xFFFFFFFF801FFFFF),
    "realm": (0x80000000, 0x800FFFFF),
    "kernel": (0xFFFF000000000000, 0xFFFFFFFFFFFFFFFF),
    "user": (0x400000, 0xFFFFFFFFFFFF),
}
# As bench/cycles/decode.h and cache.h have them.
KINDS = ("ordinary", "branch", "multiply", "divide", "simd", "crypto", "memory", "barrier", "system")
LEVELS = ("l1", "l2", "llc", "other", "memory")


@dataclasses.dataclass
class Row:
    core: int  # of the last piece
    pieces: int
    kinds: dict
    spaces: dict
    fetches: dict  # of lines, by where they were found
    loads: dict
    stores: dict

    def __post_init__(self):
        self.kinds = dict(zip(KINDS, self.kinds, strict=True))
        self.spaces = dict(zip([*SPACES, "elsewhere"], self.spaces, strict=True))
        self.fetches, self.loads, self.stores = (dict(zip(LEVELS, values, strict=True))
                                                 for values in (self.fetches, self.loads, self.stores))

    @property
    def instructions(self):
        return sum(self.kinds.values())


def together(first, second):
    """Both rows' counts."""
    return Row(first.core, first.pieces + second.pieces, *([a + b for a, b in zip(getattr(first, name).values(), getattr(second, name).values())]
                                                           for name in ("kinds", "spaces", "fetches", "loads", "stores")))


def plugin(out):
    """What QEMU's option -plugin is given."""
    spaces = "".join(f",space={name}:{first:x}:{last:x}" for name, (first, last) in SPACES.items())
    path = str(out).replace(",", ",,")  # as its options have a comma
    return f"{PLUGIN},out={path}{spaces}"


def rows(out):
    return [Row(**json.loads(line)) for line in pathlib.Path(out).read_text().splitlines()]


def machine(*words):
    """The release machine does `words`: its console, and the rows."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "rows"
        run = subprocess.run([ROOT / "tools/machine", "--release", "--smp", "1", "--icount", "--timeout", "900", "--plugin", plugin(out), *words],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode != 0:
            raise SystemExit(f"counted: the machine did not pass `{' '.join(words)}`:\n{run.stdout[-1000:]}")
        return run.stdout, rows(out)
