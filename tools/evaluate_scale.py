"""Cost against the number of consumers, pages and entries."""
import re

import evaluation
import plot

CALLS = [("share", "SHARE"), ("reserve", "RESERVE"), ("attach", "ATTACH"), ("notify", "NOTIFY"), ("revoke", "REVOKE"),
         ("data_destroy", "RMI_DATA_DESTROY, all calls")]
PAGES = [("csm_create", "CREATE"), ("csm_reserve", "RESERVE"), ("csm_attach", "ATTACH"), ("csm_revoke", "REVOKE")]
CPUS = 8
# Each with a provider and a consumer of its own, or with a consumer of one provider for all.
OF_EACH = [("share", "SHARE"), ("reserve", "RESERVE"), ("attach", "ATTACH"), ("notify", "NOTIFY"), ("revoke", "REVOKE"),
           ("lookup", "REVOKE that finds nothing"), ("reserve_common", "RESERVE, one provider for all"),
           ("attach_common", "ATTACH, one provider for all"), ("detach_common", "DETACH, one provider for all")]
OF_HOST = [("data_destroy", "RMI_DATA_DESTROY, 64 attachments or more")]
METHOD = [
    "`bench scale` under -icount: one provider, one region of 4 pages, 8 realms that attach it over and over at places of their own, "
    "up to 512 attachments. SHARE, RESERVE, ATTACH and REVOKE: the mean of those since the column before; the others once. "
    "Identifiers of realms are random, and with them the shape of the tables' trees: a single call differs by up to 15 % from run to run, "
    "a mean by a few.",
    "CPUs: `bench cpus` under -icount. Each has a provider and a consumer of its own with 64 shares of a page, and 64 more of the first "
    "CPU's provider; all CPUs do the same calls at the same time. What all of them execute meanwhile, divided by the calls, less the same "
    "of RSI_VERSION, which is the way into the realm and back and the host's work.",
    "Realms: `bench realms` under -icount. A provider and a consumer, 32 shares of a page, the mean of each call; the other realms live and do "
    "nothing. A realm is found by its identifier in a hash table of 131,072 places.",
    "Pages: the rows csm_*_pages of ./caec bench. Entries: look-ups in the Access Policy Table (apt_lookup_*, csm_lookup_*).",
]
CAVEATS = [
    "512 attachments are in 8 realms, not in 512: a call does the same for each (two RDs, a place in tables, TLB maintenance).",
    "CPUs: -icount runs one virtual CPU at a time, and one that waits for a lock gives its turn away, so waiting can't be seen here: the "
    "curves say that more CPUs make no call do more, and not how long it waits. Locks are per granule; a provider's RD lock is what calls "
    "on the same provider share, which one CPU does at a time. The first CPU's provider has the attachments of all CPUs, so that "
    "DATA_DESTROY of its page is longer with more: that is in the mean.",
]
PAPER = [
    "On paper, a server of 1 TiB and 256 cores. The monitor's granule table has 4 bytes for each 4 KiB: 1 GiB, fixed at boot, which "
    "TF-A's reserved 24 MiB can't hold: it would have to be given by the boot manifest, and initialised by all cores (2^28 words) or "
    "by region when first delegated. VMIDs are 16 bits: 65,536 live realms, as the RID registry. Cores are at "
    "most 32 in this build: a stack and a REC's state each, 256 need an array of that size and nothing else. Mapping costs "
    "entries, not bytes: 1 TiB in 2 MiB blocks is 524,288 entries at some 650 instructions, 0.34 x 10^9 "
    "for one attach, interruptible every 512. What would not scale as it is: one lock of the RID registry, taken by "
    "every call that names a peer; a provider's RD lock, held for steps of up to 134,000 instructions, with 255 consumers that "
    "attach the same region waiting for it in turn (shares of their own locks, or smaller steps); broadcast TLB maintenance, "
    "a cost that this machine does not show. Across machines the channel's interface stays and its "
    "memory does not: the same send and receive over TLS whose keys are bound to attestation tokens.",
]


def points(rows, pattern):
    found = [(re.fullmatch(pattern, row["name"]), row["value"]) for row in rows]
    return sorted((int(match[1]), value) for match, value in found if match)


def curves(rows, names, pattern):
    """{label: {x: value}}"""
    return {label: dict(points(rows, pattern.format(name))) for name, label in names}


def table(title, unit, data):
    columns = sorted({x for values in data.values() for x in values})
    return evaluation.Table(title, ["", *(f"{x:,} {unit}" for x in columns)],
                            [[label, *(evaluation.number(values.get(x)) for x in columns)] for label, values in data.items()])


def against_cpus(rows):
    """{label: {CPUs: instructions of a call}}, without what is in all of them."""
    way = dict(points(rows, r"cpus_version_(\d+)_cpus"))
    data = curves(rows, OF_EACH, r"cpus_{}_(\d+)_cpus")
    return {label: {count: value - way[count] for count, value in values.items()} for label, values in data.items()} \
        | curves(rows, OF_HOST, r"cpus_{}_(\d+)_cpus")


def figure(rows):
    consumers = curves(rows, CALLS, r"scale_{}_(\d+)_consumers")
    calls = dict(points(rows, r"scale_data_destroy_(\d+)_consumers_calls"))
    pages = curves(rows, PAGES, r"{}_(\d+)_pages")
    cpus = against_cpus(rows)
    realms = curves(rows, CALLS[:5], r"realms_{}_(\d+)_realms")
    entries = {"worst depth of a look-up": dict(points(rows, r"apt_lookup_(\d+)_entries_worst")),
               "REVOKE that finds nothing, instructions": dict(points(rows, r"csm_lookup_(\d+)_entries"))}
    tables = [table("Instructions against attachments of one page", "", consumers | {"calls of RMI_DATA_DESTROY": calls}),
              table("Instructions against pages", "pages", pages),
              table("Instructions of a call against CPUs that call at the same time", "CPUs", cpus),
              table("Instructions of a call against realms that live", "realms", realms),
              table("Look-ups against entries in use", "entries", entries),
              evaluation.Table("Memory of the metadata", ["what", "bytes"],
                               [["granule table, for each 4 KiB of DRAM", "4"],
                                ["a region, share, reservation, peer or bound measurement (APT entry)", "128"],
                                ["a share between two realms: the share, the reservation, a peer entry where it is the first", "256 to 384"],
                                ["a mapping: entries of C's tables, for each page or 2 MiB block", "8"]])]
    plots = {"scale": plot.lines("Cost of a call as a region gets more consumers", "attachments", "instructions",
                                 [plot.series(sorted(values.items()), label, i) for i, (label, values) in enumerate(consumers.items())]),
             "scale_pages": plot.lines("Cost of a call against the size of the region", "pages", "instructions",
                                       [plot.series(sorted(values.items()), label, i) for i, (label, values) in enumerate(pages.items())]),
             "scale_cpus": plot.lines("Cost of a call as more CPUs call", "CPUs", "instructions",
                                      [plot.series(sorted(cpus[label].items()), label, i) for i, (_, label) in enumerate(OF_EACH[:5])])}
    values = {row["name"]: row["value"] for row in rows if row["name"].startswith(("scale_", "cpus_", "realms_", "apt_lookup_", "csm_lookup_"))}
    return evaluation.Figure("scale", "Scale", evaluation.MEASURED, METHOD + PAPER, tables, plots, values, CAVEATS)
