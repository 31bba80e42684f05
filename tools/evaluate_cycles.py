"""An estimate of messages in cycles: counts of the plug-in (tools/counted.py), and what is assumed of a CPU."""
import pathlib
import re
import sys
import tempfile

import counted
import evaluation
import realms

# Low: a wide core. Nothing misses, nothing waits for a result; only so many can begin in a cycle.
WIDTH = {"instructions": 8, "accesses": 3, "SIMD and AES": 4, "AES and PMULL": 2}
# High: one instruction after the other, in order, each waits for all that the one before takes.
COSTS = {"ordinary": 1, "branch": 2, "multiply": 4, "divide": 20, "simd": 4, "crypto": 4, "memory": 0, "barrier": 20, "system": 10}
LATENCY = {"l1": 4, "l2": 14, "llc": 50, "other": 100, "memory": 250}
SLACK = 6  # of the clock's own reads and rounding (tests/check/cycles)

METHOD = [
    "The estimate in cycles is no measurement. A plug-in of QEMU (bench/cycles) follows each instruction and each access of the timed "
    "pieces, through a model of caches: two cores, the sender's and the receiver's, each with 64 KiB, 4 ways, L1 for instructions and "
    "for data and 1 MiB, 8 ways, L2; one LLC of 32 MiB, 16 ways; lines of 64 bytes, the least recently used goes, no prefetching. A "
    "line that the other core has comes from it, and a store takes it from there. Caches hold what earlier messages left in them "
    "(bare realms: one is not counted, then the mean of 8; Linux: a round of 8 is not counted, then the lesser of two each side); what the "
    "bench does between messages is not in them.",
    "Low: " + ", ".join(f"{count} {what}" for what, count in WIDTH.items()) + " in a cycle, whichever takes longest; each access hits L1, "
    "and no result is waited for. High: the sum, in order, of "
    + ", ".join(f"{kind} {cost}" for kind, cost in COSTS.items() if cost) + " cycles an instruction, and for each line that an access "
    "touches " + ", ".join(f"{level} {cost}" for level, cost in LATENCY.items()) + " (other: the other core's caches; instructions that hit L1: "
    "nothing). No model has mispredicted branches, misses of a TLB or granule protection checks, or memory that others use, too.",
]
CAVEATS = [
    "The published factor, up to 209x fewer cycles, was measured on hardware; the factors in cycles here are an estimate, with a range "
    "of which neither end is a machine. Same model: both sides low, and both high. Any: from encryption low against CSM high to the reverse. "
    "In place nothing but the first and last word of a message is touched; the estimate for each word stored and loaded is the one to "
    "hold against it.",
    "Bare realms, CSM copied, up to 8 KiB: those messages are the first to touch their part of the ring, so its lines are from memory in the high "
    "end. The rows after it are in memory that was used before, and have none of that: plain text, which does the same, is lower there for no other reason.",
    "In Linux realms OpenSSL without its instructions is not followed. Other libraries, and CSM, are up to 32 KiB, as the published sizes.",
]


def low(row):
    accesses = sum(row.loads.values()) + sum(row.stores.values())
    vector = row.kinds["simd"] + row.kinds["crypto"]
    return max(row.instructions / WIDTH["instructions"], accesses / WIDTH["accesses"], vector / WIDTH["SIMD and AES"],
               row.kinds["crypto"] / WIDTH["AES and PMULL"])


def high(row):
    cycles = sum(COSTS[kind] * count for kind, count in row.kinds.items())
    cycles += sum(LATENCY[level] * count for where in (row.loads, row.stores) for level, count in where.items())
    return cycles + sum(LATENCY[level] * count for level, count in row.fetches.items() if level != "l1")


def beyond(row, level):
    return sum(where[level] for where in (row.fetches, row.loads, row.stores))


def values_of(name, row, count):
    """Of one message: cycles, and lines that were not in L1."""
    return {f"cycles_low_{name}": round(low(row) / count, 1), f"cycles_high_{name}": round(high(row) / count, 1),
            f"lines_l2_{name}": round(beyond(row, "l2") / count, 1), f"lines_other_{name}": round(beyond(row, "other") / count, 1),
            f"lines_memory_{name}": round((beyond(row, "llc") + beyond(row, "memory")) / count, 1)}


def is_ours(name):
    """Of the values that are kept of messages."""
    return name.startswith(("cycles_", "lines_"))


def measure():
    """Of each row of `bench messages`. As many instructions as the clock says, or it is no use."""
    console, rows = counted.machine("bench", "messages")
    told = re.findall(r"^BENCH (\w+) (\d+) instructions", console, re.M)
    values = {}
    for (name, value), row in zip(told, rows, strict=True):
        count = row.pieces // 2
        if abs(int(value) - row.instructions / count) > SLACK:
            sys.exit(f"evaluate: {name}: {value} instructions by the clock, {row.instructions / count} counted")
        values |= values_of(name, row, count)
    return values


# --- Linux realms: csm-bench brief (linux/bench), whose marks come in the order of its rows ------------------------------

ROUNDS = 3  # of each row, each by the sender and then by the receiver; the first is not counted
SPACES = ("host", "TF-A", "monitor", "kernel", "user")


def least(rows):
    """Of the rounds that count; in others there was a tick of the kernel."""
    return min(rows[1:], key=lambda row: row.instructions)


def of_linux(name, count, rows):
    """One row of csm-bench: values of evaluate_cycles for one message. Takes its rows of the plug-in away."""
    if "notif" in name:
        row = rows.pop(0)
        return {f"who_{space}_{name}": round(row.spaces[space] / count) for space in SPACES}
    taken, rows[:] = rows[:2 * ROUNDS], rows[2 * ROUNDS:]
    if [row.core for row in taken] != [0, 1] * ROUNDS:
        sys.exit(f"evaluate: {name}: the plug-in's rows are not this one's")
    sides = [least(taken[side::2]) for side in range(2)]
    return values_of(name, counted.together(*sides), count)


def measure_linux():
    """Programs of two Linux realms, each instruction followed: some minutes."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "rows"
        said = []
        m = realms.Realms(realms.command("--memory", 384, "--timeout", 3000, "--plugin", counted.plugin(out), *realms.BENCH,
                                         packages=True, more=realms.BENCH_ITEMS), said.append)
        (status, text), _ = realms.run_bench(m, m.identifiers(), "brief")
        if status != 0 or not m.off():
            sys.exit(f"evaluate: csm-bench ended with status {status}:\n" + "\n".join(said[-20:]))
        rows = counted.rows(out)
    values = {}
    for name, count in re.findall(r"^TICKS (\w+) \d+ (\d+)$", text, re.M):
        values |= of_linux(name, int(count), rows)
    if rows:
        sys.exit(f"evaluate: {len(rows)} rows of the plug-in are nobody's")
    return values


def who(values):
    """Who executes what two programs do that sleep until they are notified."""
    names = [name.removeprefix("who_user_") for name in values if name.startswith("who_user_")]
    rows = [[name.removeprefix("linux_"), *(evaluation.number(values[f"who_{space}_{name}"]) for space in SPACES),
             evaluation.number(sum(values[f"who_{space}_{name}"] for space in SPACES))] for name in names]
    return [evaluation.Table("Programs of two Linux realms: who executes it, for one exchange, asleep until notified",
                             ["exchange", "host", "TF-A at EL3", "monitor", "realms' kernels", "realms' programs", "all"], rows)] if rows else []


# --- Tables ---------------------------------------------------------------------------------------------------------


def by_size(values, what, mode):
    found = (re.fullmatch(rf"{what}_{mode}_(\d+)_bytes", name) for name in values)
    return {int(match[1]): values[match[0]] for match in found if match}


def spread(first, last):
    return f"{round(first):,} to {round(last):,}"


def cycles_table(values, modes, where):
    ends = [(by_size(values, "cycles_low", name), by_size(values, "cycles_high", name)) for name, _ in modes]
    counts = sorted({count for lows, _ in ends for count in lows})
    return evaluation.Table(f"{where}: cycles for one message, both sides, an estimate", ["bytes", *(label for _, label in modes)],
                            [[evaluation.size(count), *(spread(lows[count], highs[count]) for lows, highs in ends)] for count in counts])


def factors(encrypted, mode, count):
    """The same model for both; any."""
    (low_of, high_of), (lows, highs) = encrypted, mode
    same = sorted((low_of[count] / lows[count], high_of[count] / highs[count]))
    return [f"{value:,.1f}" for value in same], [f"{low_of[count] / highs[count]:,.1f}", f"{high_of[count] / lows[count]:,.1f}"]


def factors_table(values, baseline, title, where, modes):
    ends = {name: (by_size(values, "cycles_low", name), by_size(values, "cycles_high", name)) for name in (baseline, *dict(modes))}
    head = ["bytes", *(f"{label}: {which}" for _, label in modes for which in ("same model", "any"))]
    rows = [[evaluation.size(count), *(" to ".join(pair) for name, _ in modes for pair in factors(ends[baseline], ends[name], count))]
            for count in sorted(ends[baseline][0])]
    return evaluation.Table(f"{where}: times fewer cycles than {title}, an estimate (published, measured: up to 209x)", head, rows)


def lines_table(values, modes, where):
    """Of the longest message."""
    counts = by_size(values, "lines_l2", modes[0][0])
    longest = max(counts)
    rows = [[label, *(evaluation.number(by_size(values, f"lines_{level}", name)[longest]) for level in ("l2", "other", "memory"))]
            for name, label in modes]
    return evaluation.Table(f"{where}: lines of {evaluation.size(longest)} that were not in L1, by the model",
                            ["", "in L2", "in the other core's caches", "further away"], rows)


def tables(values, modes, where):
    """`modes`: (name of the rows, label), of which those are shown that were counted."""
    modes = [(name, label) for name, label in modes if by_size(values, "cycles_low", name)]
    if not modes:
        return []
    shared = [(name, label) for name, label in modes if "channel" in name]
    baselines = [(name, label) for name, label in modes if "aes" in name]
    return [cycles_table(values, modes, where), *(factors_table(values, name, label, where, shared) for name, label in baselines),
            lines_table(values, modes, where)]
