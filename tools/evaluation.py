"""What a figure of ./caec evaluate is: values by name, tables for people, plots, how it was made, and what it can't say."""
import dataclasses
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "build/evaluation"

NOT_THERE = "not there"
MEASURED = "measured"

SOURCE = "CAEC, arXiv 2512.01594"
# As they are published, each with its table.
PUBLISHED = {
    "messages": [
        ("Figure 5", "64 B to 32 KiB between two realms; plain text in normal-world memory, OpenSSL and Mbed TLS over it, CSM; "
                     "latency, CPU cycles, throughput; 1,000 runs each"),
        ("text", "up to 209x fewer CPU cycles per message than encryption"),
    ],
    "code": [("Table 3", "lines added: RMM 1,062; KVM 394; kvmtool 247; driver 467")],
    "model": [
        ("Table 4", "GPT-2, 177 MB: 2 realms 960 to 800 MB, 16.6 %; 3 realms 1,440 to 1,110 MB, 22.9 %"),
        ("Table 4", "GPT-2 Medium, 437 MB: 2 realms 2,000 to 1,580 MB, 21.0 %; 3 realms 3,000 to 2,150 MB, 28.3 %"),
        ("text", "inference 13.4 s with and without sharing"),
    ],
    "agents": [("an agent system on the prototype's CSM", "less than 5.15 % overhead against no isolation")],
}


def say(text):
    print(text, file=sys.stderr, flush=True)


def write(path, text):
    """The old file or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(text)
    new.rename(path)


@dataclasses.dataclass
class Table:
    title: str
    head: list
    rows: list


@dataclasses.dataclass
class Figure:
    name: str
    title: str
    status: str  # MEASURED, or in words what is missing
    method: list = dataclasses.field(default_factory=list)  # paragraphs
    tables: list = dataclasses.field(default_factory=list)
    plots: dict = dataclasses.field(default_factory=dict)  # name: SVG
    values: dict = dataclasses.field(default_factory=dict)  # name: number; what --check compares
    caveats: list = dataclasses.field(default_factory=list)
    published: list = dataclasses.field(default_factory=list)  # (where, what)

    def __post_init__(self):
        self.published = PUBLISHED.get(self.name, [])


def number(value):
    """For people. None is what was not measured."""
    return "-" if value is None else f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def size(count):
    """Bytes: 64, 1 KiB."""
    if count >= 1 << 20:
        return f"{count >> 20} MiB"
    return f"{count >> 10} KiB" if count >= 1024 else str(count)
