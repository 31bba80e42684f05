"""Messages between realms: what ./caec bench counts, beside what encryption takes."""
import re

import bench_plot
import evaluate_cycles
import evaluate_profile
import evaluation

MODES = [
    ("host_visible_copy", "plain text, memory of the host"),
    ("aes_256_gcm", "AES-256-GCM (Mbed TLS)"),
    ("channel_copy", "CSM, copied in and out"),
    ("channel_in_place", "CSM, in place"),
    ("channel_in_place_words", "CSM, in place, each word stored and loaded"),
    ("aes_256_gcm_portable", "AES-256-GCM in C alone (Mbed TLS)"),
]
MODES_LINUX = [
    ("linux_host_visible_copy", "plain text, memory of the host"),
    ("linux_aes_256_gcm", "AES-256-GCM (OpenSSL)"),
    ("linux_aes_256_gcm_siv", "AES-256-GCM-SIV (OpenSSL)"),
    ("linux_aes_256_gcm_mbedtls", "AES-256-GCM (Mbed TLS)"),
    ("linux_channel_copy", "CSM, copied in and out"),
    ("linux_channel_in_place", "CSM, in place"),
    ("linux_channel_in_place_words", "CSM, in place, each word stored and loaded"),
    ("linux_aes_256_gcm_portable", "AES-256-GCM without its instructions (OpenSSL)"),
    ("linux_aes_256_gcm_siv_portable", "AES-256-GCM-SIV without its instructions (OpenSSL)"),
    ("linux_aes_256_gcm_mbedtls_portable", "AES-256-GCM in C alone (Mbed TLS)"),
]
WAYS = ("channel_copy", "channel_in_place", "channel_in_place_words")
METHOD = [
    "Two bare realms, one CPU, QEMU with -icount: a figure is a number of instructions, of whoever runs, and the same on every "
    "run. Each is the mean of 8 messages after one that is not counted. Both realms' instructions are in a figure: making the "
    "message available at one end and having it at the other. The two realms poll: no host is in the way.",
    "Programs of two Linux realms (./caec bench --linux): Debian's kernel and packages, OpenSSL of Debian 13, both libraries with the "
    "best that they have for this CPU, and without its instructions: OpenSSL by OPENSSL_armcap=0, Mbed TLS in C alone. The published "
    "settings had SIV modes: OpenSSL has AES-256-GCM-SIV, Mbed TLS has no SIV mode, so there is none of it here. A figure is the least of "
    "five rounds, each of 64 messages or 2 MiB, after one that is not counted: in the others a tick of the kernel got in. Polled, the two "
    "programs execute all of a message, as the plug-in sees it: kernels, monitor, EL3 and host have no instruction of it, but for ticks.",
    "One way is half of a request and its response of the same size, polled. A receiver that sleeps is woken by a notification through "
    "the host, each way. Of bytes one way in so many instructions, polled, the busier side's count is what the next message waits for: each "
    "has a CPU of its own. Notified, the clock is everybody's: both realms, monitor, EL3 and host.",
    *evaluate_cycles.METHOD,
]
CAVEATS = [
    "Instructions are not cycles: this machine has no caches and no pipeline. What is said in cycles is an estimate, by the model above.",
    *evaluate_cycles.CAVEATS,
    "A message that is handed over in place is not touched in that row. The column for each word has it stored once and loaded once, "
    "which is the least that a program does with it; end to end the factor against encryption is about 14 from 1 KiB on, against that in C "
    "alone about 120. In Linux realms, against OpenSSL, 7.5 to 13.",
    "Bare realms have no OpenSSL: their baseline is Mbed TLS. Instructions of AES do more than others; how much more, the estimate assumes.",
    "Asleep until notified: how often either side falls asleep is chance where both run. Of messages one way some sizes have a sleep for "
    "each, others hardly any.",
    "Seconds are not given, neither of latency nor of throughput: instructions are all that this machine can say of either.",
]
# What a referee would ask of the baseline.
IN_A_FIGURE = evaluation.Table("What is in a figure, and what is not", ["cost", "encryption", "CSM"], [
    ["setting up the key", "not in it: once, before", "there is none"],
    ["making the share", "there is none", "not in it: once, before (rows csm_*, linux_csm_*)"],
    ["attestation of the peer", "not in it", "not in it"],
    ["IV", "a new one for each message", "there is none"],
    ["tag", "made and checked for each message", "there is none"],
    ["into shared memory", "the cipher writes there", "copied: one copy; in place: the message is made there"],
    ["out of it", "the cipher writes to private memory", "copied: one copy; in place: it is used there"],
    ["a copy, so that the host can't change what is being checked", "not in it", "not needed: the host can't"],
    ["ring, indices, barriers", "bare realms: not in it; Linux realms: the channel", "the channel"],
    ["vector registers, which the monitor gives at the first use after an entry", "not in it", "not used"],
    ["the host's and the monitor's part", "polled: none; notified: all", "polled: none; notified: all"],
    ["warm-up", "one message; Linux: one round", "the same"],
    ["repetitions", "bare: mean of 8; Linux: least of 5 rounds of 64 messages, or 2 MiB", "the same"],
    ["spread", "bare: none; Linux: polled under 1 %; asleep: by chance, see below", "the same"],
])


def sizes_tables(rows, where, modes):
    """Instructions by size and mode, and how many times fewer than each kind of encryption."""
    columns = {name: dict(bench_plot.points(rows, name)) for name, _ in modes}
    counts = sorted({count for column in columns.values() for count in column})
    there = [(name, label) for name, label in modes if columns[name]]
    ways = [next(columns[name] for name, _ in modes if name.endswith(way)) for way in WAYS]
    head = ["bytes", "copied", "in place", "copied, end to end", "in place, end to end"]
    table = evaluation.Table(f"{where}: instructions for one message, one way, both realms", ["bytes", *(label for _, label in there)],
                             [[evaluation.size(count), *(evaluation.number(columns[name].get(count)) for name, _ in there)]
                              for count in counts])
    return [table, *(evaluation.Table(f"{where}: times fewer instructions than {label}", head, ratios(columns[name], ways))
                     for name, label in there if "aes" in name)]


def ratios(encrypted, ways):
    """`ways`: CSM by size, as WAYS."""
    return [[evaluation.size(count),
             *(f"{encrypted[count] / way[count]:,.1f}" if count in way else "-" for way in ways[:2]),
             *end_to_end(encrypted[count], ways, count)]
            for count in sorted(encrypted)]


def end_to_end(encrypted, ways, count):
    """With each word of the message stored once and loaded once, in all modes."""
    copied, in_place, words = (way.get(count) for way in ways)
    if None in (copied, in_place, words):
        return ["-", "-"]
    work = words - in_place
    return [f"{(encrypted + work) / (value + work):,.1f}" for value in (copied, in_place)]


ASLEEP = ("linux_request_notified", "linux_stream_notified")
BUSIER = "linux_busier_"


def asleep(rows):
    """A request and its response, and messages one way: polled, and asleep until notified."""
    one_way, request, stream = (dict(bench_plot.points(rows, name)) for name in ("linux_channel_copy", *ASLEEP))
    if not request:
        return []
    busier = [dict(bench_plot.points(rows, BUSIER + name)) for name in ("channel_copy", "channel_in_place_words", "host_visible_copy", "aes_256_gcm")]
    per_1000 = lambda count, column: evaluation.number(round(1000 * count / column[count])) if count in column else "-"  # noqa: E731
    return [evaluation.Table("Programs of two Linux realms: a request and its response, both as long, copied in and out, instructions of everybody",
                             ["bytes", "polled", "notified", "notification's share"],
                             [[evaluation.size(count), evaluation.number(2 * one_way[count]), evaluation.number(request[count]),
                               f"{100 - 200 * one_way[count] / request[count]:.0f} %"] for count in sorted(request)]),
            evaluation.Table("Programs of two Linux realms: one way, bytes in 1,000 instructions of the busier side; notified: of everybody",
                             ["bytes", "CSM, copied, polled", "CSM, in place, each word stored and loaded, polled",
                              "plain text, memory of the host, polled", "AES-256-GCM (OpenSSL), polled", "CSM, copied, notified"],
                             [[evaluation.size(count), *(per_1000(count, column) for column in (*busier, stream))] for count in sorted(stream)])]


def linux(rows):
    """What else there is from Linux realms, as the bench has it."""
    shown = [*(name for name, _ in MODES_LINUX), *ASLEEP]
    found = [row for row in rows if row["name"].startswith("linux_") and not row["name"].startswith(BUSIER)
             and re.sub(r"_\d+_bytes$", "", row["name"]) not in shown]
    return evaluation.Table("Linux realms, other rows (./caec bench --linux, as saved in bench/last.json)", ["row", "value", "unit"],
                            [[row["name"], evaluation.number(row["value"]), row["unit"]] for row in found])


def notified(rows):
    by_name = {row["name"]: row["value"] for row in rows}
    round_trip = by_name.get("csm_notify_round_trip")
    one_way = None if round_trip is None else round_trip / 2
    return evaluation.Table("A receiver that sleeps", ["", "instructions"],
                            [["notification, one way", evaluation.number(one_way)],
                             ["notification, round trip", evaluation.number(round_trip)]])


def figure(rows, last, estimate, in_linux, profile):
    """`rows` of this run, `last` as they were saved; `estimate`, `in_linux`: values of evaluate_cycles; `profile`: also who executes."""
    tables = [IN_A_FIGURE, *sizes_tables(rows, "Bare realms", MODES), *evaluate_cycles.tables(estimate, MODES, "Bare realms"), notified(rows)]
    if profile:
        tables.append(evaluate_profile.table())
    tables += [*sizes_tables(last, "Programs of two Linux realms", MODES_LINUX), *asleep(last),
               *evaluate_cycles.tables(in_linux, MODES_LINUX, "Programs of two Linux realms"), *evaluate_cycles.who(in_linux), linux(last)]
    names = [name for name, _ in MODES]
    values = {row["name"]: row["value"] for row in rows if re.sub(r"_\d+_bytes$", "", row["name"]) in names}
    values |= {row["name"]: row["value"] for row in rows if row["name"] == "csm_notify_round_trip"}
    values |= {name: value for name, value in estimate.items() if evaluate_cycles.is_ours(name)}
    return evaluation.Figure("messages", "Messages between two realms", evaluation.MEASURED, METHOD, tables,
                             {"messages": bench_plot.svg(rows),
                              "messages_linux": bench_plot.svg(last, "linux_", "from a program of one Linux realm to one of another")},
                             values, CAVEATS)
