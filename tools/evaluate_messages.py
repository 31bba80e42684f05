"""Messages between realms: what ./caec bench counts, beside what encryption takes."""
import re

import bench_plot
import evaluate_cycles
import evaluate_profile
import evaluation

MODES = [
    ("host_visible_copy", "plain text, memory of the host"),
    ("aes_256_gcm", "AES-256-GCM"),
    ("channel_copy", "CSM, copied in and out"),
    ("channel_in_place", "CSM, in place"),
    ("channel_in_place_words", "CSM, in place, each word stored and loaded"),
    ("aes_256_gcm_portable", "AES-256-GCM in C alone"),
]
METHOD = [
    "Two bare realms, one CPU, QEMU with -icount: a figure is a number of instructions, of whoever runs, and the same on every "
    "run. Each is the mean of 8 messages after one that is not counted. Both realms' instructions are in a figure: making the "
    "message available at one end and having it at the other. The two realms poll: no host is in the way.",
    "In the baseline are: AES-256-GCM with the CPU's AES and polynomial multiply instructions, a new IV for each message, the "
    "tag, writing into memory that the host sees and reading from there. Not in it: setting up the key (once, before), a ring, "
    "and the copy that would keep the host from changing the text between its authentication and its use. What is left out "
    "is to the baseline's advantage. In C alone: the same sources of Mbed TLS without those instructions, with tables in memory, as "
    "the published portable settings are.",
    "One way is half of a request and its response of the same size. A receiver that sleeps is woken by a notification through "
    "the host, each way; a table above has its cost and who executes it.",
    *evaluate_cycles.METHOD,
]
CAVEATS = [
    "Instructions are not cycles: this machine has no caches and no pipeline. What is said in cycles is an estimate, by the model above.",
    *evaluate_cycles.CAVEATS,
    "A message that is handed over in place is not touched in that row. The last column has each word stored once and loaded once, "
    "which is the least that a program does with it; end to end the factor against encryption is about 14 from 1 KiB on, against that in C "
    "alone about 120.",
    "Bare realms have no OpenSSL: their baseline is Mbed TLS with its faster settings. What the baseline of Linux realms is, and "
    "what the rows of Linux realms count, is in docs/bench.md. SIV modes are not measured: Mbed TLS has none.",
    "Throughput is not given: instructions per message say all that this machine can say of it.",
]


def sizes_tables(rows, where, encryption, prefix=""):
    """Instructions by size and mode, and how many times fewer than encryption. `prefix`: of the rows' names."""
    columns = [dict(bench_plot.points(rows, prefix + name)) for name, _ in MODES]
    labels = [f"{label} ({encryption})" if name.startswith("aes_") else label for name, label in MODES]
    counts = sorted({count for column in columns for count in column})
    there = [i for i, column in enumerate(columns) if column]
    table = evaluation.Table(f"{where}: instructions for one message, one way, both realms", ["bytes", *(labels[i] for i in there)],
                             [[evaluation.size(count), *(evaluation.number(columns[i].get(count)) for i in there)]
                              for count in counts])
    head = ["bytes", "copied", "in place", "copied, end to end", "in place, end to end"]
    tables = [table, evaluation.Table(f"{where}: times fewer instructions than AES-256-GCM ({encryption})", head,
                                      ratios(columns[1], columns, counts))]
    if columns[5]:
        tables.append(evaluation.Table(f"{where}: than AES-256-GCM in C alone ({encryption})", head,
                                       ratios(columns[5], columns, sorted(columns[5]))))
    return tables


def ratios(encrypted, columns, counts):
    return [[evaluation.size(count),
             *(f"{encrypted[count] / column[count]:,.1f}" if count in encrypted and count in column else "-"
               for column in columns[2:4]),
             *end_to_end(encrypted, columns[2:5], count)]
            for count in counts]


def end_to_end(aes, columns, count):
    """With each word of the message stored once and loaded once, in all modes."""
    copied, in_place, words = (column.get(count) for column in columns)
    if None in (copied, in_place, words) or count not in aes:
        return ["-", "-"]
    work = words - in_place
    return [f"{(aes[count] + work) / (value + work):,.1f}" for value in (copied, in_place)]


def linux(rows):
    """What else there is from Linux realms, as the bench has it."""
    modes = [f"linux_{name}" for name, _ in MODES]
    found = [row for row in rows if row["name"].startswith("linux_") and re.sub(r"_\d+_bytes$", "", row["name"]) not in modes]
    return evaluation.Table("Linux realms, other rows (./caec bench --linux, as saved in bench/last.json)", ["row", "value", "unit"],
                            [[row["name"], evaluation.number(row["value"]), row["unit"]] for row in found])


def notified(rows):
    by_name = {row["name"]: row["value"] for row in rows}
    round_trip = by_name.get("csm_notify_round_trip")
    one_way = None if round_trip is None else round_trip / 2
    return evaluation.Table("A receiver that sleeps", ["", "instructions"],
                            [["notification, one way", evaluation.number(one_way)],
                             ["notification, round trip", evaluation.number(round_trip)]])


def figure(rows, last, estimate, profile):
    """`rows` of this run, `last` as they were saved; `estimate`: values of evaluate_cycles; `profile`: also who executes."""
    tables = [*sizes_tables(rows, "Bare realms", "Mbed TLS"), *evaluate_cycles.tables(estimate, MODES, "Bare realms"), notified(rows)]
    if profile:
        tables.append(evaluate_profile.table())
    tables += [*sizes_tables(last, "Programs of two Linux realms", "OpenSSL", "linux_"), linux(last)]
    names = [name for name, _ in MODES]
    values = {row["name"]: row["value"] for row in rows if re.sub(r"_\d+_bytes$", "", row["name"]) in names}
    values |= {row["name"]: row["value"] for row in rows if row["name"] == "csm_notify_round_trip"}
    values |= {name: value for name, value in estimate.items() if evaluate_cycles.is_ours(name)}
    return evaluation.Figure("messages", "Messages between two realms", evaluation.MEASURED, METHOD, tables,
                             {"messages": bench_plot.svg(rows),
                              "messages_linux": bench_plot.svg(last, "linux_", "from a program of one Linux realm to one of another")},
                             values, CAVEATS)
