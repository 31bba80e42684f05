"""One model in many realms: what sharing it saves, beside what it should, and what inference is then."""
import pathlib

import evaluation
import model_run
import plot

TITLE = "One model for many realms"
MOST = {"gpt2": 4, "gpt2-medium": 3, "gpt2-f16": 3}  # realms that the machine has room for
USUAL = {"gpt2": 4, "gpt2-medium": 3, "gpt2-f16": 2}
NAMES = {"gpt2": "GPT-2", "gpt2-medium": "GPT-2 Medium", "gpt2-f16": "GPT-2, f16"}
# Table 4: MB of all realms together, without sharing and with it.
PUBLISHED = {("gpt2", 2): (960, 800), ("gpt2", 3): (1440, 1110), ("gpt2-medium", 2): (2000, 1580), ("gpt2-medium", 3): (3000, 2150)}
PUBLISHED_MODEL = {"gpt2": 177, "gpt2-medium": 437}
FILE = "file"  # the user's own: not compared with anything, not saved
FILE_ROOM = 300 * 10**6  # beside it in a realm
ROLES = (("own", "own copy"), ("provider", "in place, A"), ("consumer", "in place, others"))
PAGE, KIB, MB = 4096, 1024, 10**6
PAGE_STRUCTURE = 64
BLOCK_PAGES = 512
SIGBUS = 128 + 7
METHOD = [
    "llama.cpp of Debian's next release (arm64 package, unmodified) in Linux realms of Debian's kernel, one CPU each, the model read in place "
    "of a region of realm A's: csm serve, csm mount, DAX; in A itself by csm block. Against it: each realm has the file on a disk and maps it "
    "from its own page cache. Both read llama.cpp from that disk. Realms infer one after the other, "
    f"{model_run.TOKENS} words after a short text, temperature 0, one thread, --no-repack: otherwise llama.cpp makes a private copy of "
    "quantised weights, and there is nothing to share.",
    "The model: a GGUF file in the exact shape of GPT-2, 8-bit weights (q8_0) or 16-bit (f16), the output matrix a tensor of its own. There is "
    "no network in this evaluation: weights and words are made up, from names by SHAKE-128, so what it says is nonsense and the same every "
    "time. With q8_0 the files have 177.3 and 437.1 MB, the published ones 177 and 437. A file of your own: --model FILE.",
    "Memory is what the host counts: granules delegated for a realm, its pages, tables and RECs, the region among A's. The host lends a realm a "
    "page when it is first touched, and the realm keeps it. All realms boot, then join one by one: what the first n have when the nth has "
    "inferred is the figure of n realms. Realms are as large as the published ones (480 and 1,000 MB) with their own copy, smaller by the model "
    "where they share it, and no larger than the machine has room for.",
    "What the limit is missed by: page structures are 64 bytes for each 4 KiB (arithmetic); the image is what it is. The others are counted when "
    "all have inferred, in A and B, while each infers once more and is stopped after its first words: granules of the realm that are no page of "
    "its RAM and of the region (asked of the monitor entry by entry), PageTables, and the slab of radix_tree_node. What is left, other, are "
    "pages that the realm's kernel has touched and has free again, which the host doesn't get back, and chance. With f16 it is more than a "
    "tenth of the model: over a third of it is on llama.cpp's own heap (RssAnon), where the rest is was not found. These realms' accounts "
    "(smaps, RssAnon) are of the same moment, in runs with copies as in those that share.",
    "Instructions: QEMU's -icount, of the whole machine while the program ran, by the program's own clock; nothing else runs in the realm, "
    "other realms are asleep. Loading is from the program's start to its first computation: with a copy that reads the file from the disk, once "
    "in each realm. Attaching is csm-bench attach, without page structures and with (CAEC_CSM_DAX). An entry is written once: so many writes of "
    "8 bytes.",
    "At the end A revokes B's share while B infers; then A and the last realm infer again.",
]
CAVEATS = [
    "The published memory is of realms' sizes; how it was read is not said. Ours is of granules; the percentages beside the published ones "
    "take the same sum for a whole: so many realms of 480 or 1,000 MB.",
    "Four realms with GPT-2 fit, eight do not: the bare host has four at most (their names are A to D), its machine 8 CPUs and 2.4 GiB for "
    "them, and eight copies in realms of 480 MB are 3.8 GB. Three realms of 1,000 MB do not fit either: those with a copy of GPT-2 Medium are "
    "smaller, which their granules hardly depend on. A row of two may be of a run of three: RAM, in the table of accounts, tells.",
    "What a realm's program has mapped of the model is what it has touched: of the matrix of words only the rows of those that occurred. "
    "A page cache holds the whole file.",
    "The published inference time is of a user's request on hardware, ours is of four words. On hardware caches would tell as well, which nothing "
    "here shows.",
    "Programs that have the model mapped when it is revoked end by SIGBUS at their next access once their kernel has heard of it; until then "
    "they read zeros (docs/linux-csm.md).",
]


# --- Values ------------------------------------------------------------------------------------------------------

OF_INFERRING = ("load_instructions", "prompt_instructions", "token_instructions")
OF_ACCOUNTS = ("mapped_kib", "anonymous_kib", "page_tables_kib", "tree_bytes", "monitor_tables")


def mean(numbers):
    numbers = list(numbers)
    return round(sum(numbers) / len(numbers))


def account_of(realm, region=(0, 0)):
    """As it was kept, with the granules that are neither its RAM's pages nor its region's: its tables, RD and RECs."""
    account = realm["account"]
    mapped = sum(blocks * BLOCK_PAGES + pages for blocks, pages in (account["ram_entries"], region))
    return account | {"monitor_tables": account["granules"] - mapped}


def of_realms(role, realms, region=(0, 0)):
    """Of realms that are alike. A run that broke off has no accounts."""
    accounts = [account_of(realm, region) for realm in realms if "account" in realm]
    values = {key: mean(realm[key] for realm in realms) for key in OF_INFERRING}
    values |= {key: mean(account[key] for account in accounts) for key in OF_ACCOUNTS if accounts}
    return {f"{role}_{key}": value for key, value in values.items()}


def revoked(shared):
    """What a run says that got to its end."""
    return {"revoked_status": shared["revoked"]["status"]} if "revoked" in shared else {}


def values_of(shape, count, own, shared):
    """What a pair of runs says of the first `count` realms, by names."""
    names = list(own["realms"])[:count]
    said = {run["realms"][name]["said"] for run in (own, shared) for name in names} | set(shared.get("revoked", {"others": {}})["others"].values())
    granules = {what: run["realms"][names[-1]]["granules_of_all"] for what, run in (("own", own), ("shared", shared))}
    values = {
        "model_bytes": own["model"], "region_bytes": shared["region"], "own_memory_mib": own["memory_mib"],
        "shared_memory_mib": shared["memory_mib"], "own_granules": sum(granules["own"]), "shared_granules": sum(granules["shared"]),
        "shared_provider_granules": granules["shared"][0], "shared_consumer_granules": mean(granules["shared"][1:]),
        "attach_blocks": shared["entries"][0], "attach_pages": shared["entries"][1],
        "attach_instructions": shared["attach_instructions"], "attach_dax_instructions": shared["attach_dax_instructions"],
        "outputs": len(said), **revoked(shared),
        **of_realms("own", [own["realms"][name] for name in names]),
        **of_realms("provider", [shared["realms"]["A"]], shared["region_entries"]),
        **of_realms("consumer", [shared["realms"][name] for name in names[1:]]),
    }
    return {f"{shape}_{count}_{key}": value for key, value in values.items()}


# --- Runs --------------------------------------------------------------------------------------------------------

def plan(path, sized, most):
    """{realms: (run with copies, run that shares)}: a run of more realms does for fewer, if its realms are as large as theirs are to be."""
    def enough(count, is_shared):
        wanted = model_run.memory_mib(sized, path, count, is_shared)
        return max(n for n in range(count, most + 1) if model_run.memory_mib(sized, path, n, is_shared) == wanted)
    return {count: (model_run.Run(path, sized, enough(count, False), False), model_run.Run(path, sized, enough(count, True), True))
            for count in range(2, most + 1)}


def measured(shape, most, given, again, broken):
    """Of two realms, of three, up to `most`: as far as the runs got. Those that broke off are in `broken`."""
    path = model_run.model(shape, given)
    runs = plan(path, model_run.SIZED.get(shape) or path.stat().st_size + FILE_ROOM, most)
    for run in {run.whole: run for pair in runs.values() for run in pair}.values():
        try:
            run.bring(again)
        except SystemExit as why:
            evaluation.say(f"{why}\nevaluate: that run broke off; what it measured before is kept")
            broken.append(run.whole.stem)
    values = {}
    for count in runs:
        own, shared = (kept(runs, count, is_shared) for is_shared in (False, True))
        if own and shared:
            values |= values_of(shape, count, own, shared)
    return values


def kept(runs, count, is_shared):
    """The run that is meant for so many realms, or one of more, if that is all there is and got that far. Else None."""
    found = (runs[n][is_shared].kept() for n in runs if n >= count)
    return next((run for run in found if run and len(run["realms"]) >= count), None)


# --- Tables ------------------------------------------------------------------------------------------------------

class Pair:
    """A shape and a number of realms, by `values`."""

    def __init__(self, values, shape, count):
        self.values, self.shape, self.count = values, shape, count
        self.name = f"{NAMES.get(shape, 'your file')}, {count} realms"
        self.prefix = f"{shape}_{count}_"

    def __getitem__(self, key):
        """None: that was not measured."""
        return self.values.get(self.prefix + key)

    def fewer(self, key):
        """Of all realms together: what they have less of with one model for all."""
        own, provider, consumer = (self[f"{role}_{key}"] for role, _ in ROLES)
        return None if None in (own, provider, consumer) else self.count * own - provider - (self.count - 1) * consumer

    @property
    def saved(self):
        return (self["own_granules"] - self["shared_granules"]) * PAGE

    @property
    def limit(self):
        return (self.count - 1) * self["model_bytes"]


def scaled(value, unit):
    return None if value is None else value * unit


def megabytes(count):
    return "-" if count is None else f"{count / MB + 0:,.1f}".replace("-0.0", "0.0")


def percent(part, whole):
    return f"{100 * part / whole:.1f} %"


def memory(pairs):
    rows = [[p.name, megabytes(p["own_granules"] * PAGE), megabytes(p["shared_granules"] * PAGE), megabytes(p.saved), megabytes(p.limit),
             percent(p.saved, p.limit)] for p in pairs]
    return evaluation.Table("Granules delegated for all realms together, MB (10^6 bytes)",
                            ["", "a copy in each", "one for all", "saved", "limit: (realms - 1) x model", "of the limit"], rows)


def overheads(pairs):
    """What is between the limit and what was saved: more of some, less of others."""
    rows = []
    for p in pairs:
        ram = (p["own_memory_mib"] - p["shared_memory_mib"]) << 20
        missed = p.limit - p.saved
        more = [p.count * (p["region_bytes"] - ram) // PAGE * PAGE_STRUCTURE, p["region_bytes"] - p["model_bytes"]]
        less = [scaled(p.fewer(key), unit) for key, unit in (("monitor_tables", PAGE), ("page_tables_kib", KIB), ("tree_bytes", 1))]
        rest = None if None in less else missed - sum(more) + sum(less)
        rows.append([p.name, *map(megabytes, (missed, *more, *(scaled(value, -1) for value in less), rest)), percent(p.saved + sum(more), p.limit),
                     "-" if rest is None else percent(p.limit - rest, p.limit)])
    head = ["", "missed by", "page structures: of the region in each realm, less those of RAM that it has no more", "image: its first 2 MiB, and to the next",
            "tables of the monitor, RDs, RECs", "page tables of the realms' kernels", "trees of their page caches", "other",
            "of the limit, structures and image counted", "all counted"]
    return evaluation.Table("What the limit is missed by, MB (less than nothing: fewer of these where the model is shared)", head, rows)


def published(pairs):
    rows, shapes = [], {}  # those in the table, in order
    for p in pairs:
        if p.shape not in model_run.SIZED:
            continue
        shapes[p.shape] = None
        whole = p.count * model_run.SIZED[p.shape]
        theirs = PUBLISHED.get((p.shape, p.count))
        cells = ["-"] * 3
        if theirs:
            saved = theirs[0] - theirs[1]
            cells = [f"{theirs[0]:,} to {theirs[1]:,}", percent(saved, theirs[0]), percent(saved, (p.count - 1) * PUBLISHED_MODEL[p.shape])]
        rows.append([p.name, *cells, f"{whole / MB:,.0f} to {(whole - p.saved) / MB:,.0f}", percent(p.saved, whole), percent(p.saved, p.limit)])
    sizes = ", ".join(f"{model_run.SIZED[shape] / MB:,.0f} MB ({NAMES[shape]})" for shape in shapes)
    return evaluation.Table(f"Realms of {sizes}, MB",
                            ["", "published (Table 4)", "saved", "of the limit", "ours", "saved", "of the limit"], rows)


def accounts(pairs):
    rows = []
    for p in pairs:
        for role, label in ROLES:
            granules = p["own_granules"] / p.count if role == "own" else p[f"shared_{role}_granules"]
            mib = p["own_memory_mib" if role == "own" else "shared_memory_mib"]
            its = [p[f"{role}_{key}"] for key in ("monitor_tables", "mapped_kib", "anonymous_kib", "page_tables_kib")]
            rows.append([f"{p.name}: {label}", *map(evaluation.number, (mib, round(granules), *its))])
    return evaluation.Table("A realm's own account (smaps of llama.cpp), and the host's",
                            ["", "RAM, MiB", "granules", "of these tables, RD, RECs", "of the model mapped, KiB", "RssAnon, KiB", "PageTables of the realm, KiB"], rows)


def times(pairs):
    rows = []
    for p in pairs:
        for role, label in ROLES:
            load, prompt, token = (p[f"{role}_{what}_instructions"] for what in ("load", "prompt", "token"))
            rows.append([f"{p.name}: {label}", *(f"{value / MB:,.1f}" for value in (load, prompt, load + prompt, token)),
                         change(load + prompt, p["own_load_instructions"] + p["own_prompt_instructions"]), change(token, p["own_token_instructions"])])
    return evaluation.Table("Inference, millions of instructions (published: 13.4 s with and without sharing)",
                            ["", "loading", "the given text", "to the first word", "each further word", "first, against an own copy", "further"], rows)


def change(value, base):
    return "-" if value == base else f"{100 * (value / base - 1):+.1f} %"


def sharing(pairs):
    rows = [[p.name, evaluation.number(p["attach_blocks"]), evaluation.number(p["attach_pages"]), evaluation.number(p["attach_instructions"]),
             evaluation.number(p["attach_dax_instructions"]), "the same" if p["outputs"] == 1 else f"{p['outputs']} kinds",
             {SIGBUS: "SIGBUS", None: "-"}.get(p["revoked_status"], f"status {p['revoked_status']}")] for p in pairs]
    return evaluation.Table("Attaching the model, what all realms said, and how the program of one ended whose model was revoked meanwhile",
                            ["", "entries: blocks of 2 MiB", "pages", "instructions", "with page structures", "output in all runs", "revoked"], rows)


def curves(pairs):
    found = []
    for shape in dict.fromkeys(p.shape for p in pairs):
        for key, label in (("own_granules", "a copy in each"), ("shared_granules", "one for all")):
            points = sorted((p.count, p[key] * PAGE / MB) for p in pairs if p.shape == shape)
            found.append(plot.series(points, f"{NAMES.get(shape, 'your file')}, {label}", len(found)))
    return plot.lines("Memory delegated for realms that infer", "realms", "MB", found)


def not_measured(pairs):
    """Of the rows that `./caec evaluate model` has when all its runs got to their ends."""
    there = {(p.shape, p.count) for p in pairs}
    missing = [(shape, count) for shape, most in USUAL.items() for count in range(2, most + 1) if (shape, count) not in there]
    names = [f"{NAMES[shape]} in {count} realms{' (published)' * ((shape, count) in PUBLISHED)}" for shape, count in missing]
    return [f"Not measured here: {', '.join(names)}. The same command measures what is missing, and no more."] if names else []


def pairs_of(values):
    """All rows that are in the values."""
    names = dict.fromkeys(name.removesuffix("_model_bytes").rpartition("_")[::2] for name in values if name.endswith("_model_bytes"))
    return sorted((Pair(values, shape, int(count)) for shape, count in names), key=lambda p: (p["model_bytes"], p.count))


def compared(values, before):
    """(values of rows that both have, lines about those that only one has: they have not moved, and nothing is wrong with them)"""
    now, then = ({p.prefix: p.name for p in pairs_of(some)} for some in (values, before))
    lines = [*(f"{name}: measured, and not saved yet: not compared" for prefix, name in now.items() if prefix not in then),
             *(f"{name}: saved, and not measured now: not compared" for prefix, name in then.items() if prefix not in now)]
    both = tuple(now.keys() & then.keys())
    return [{name: value for name, value in some.items() if name.startswith(both)} for some in (values, before)], lines


def figure(values):
    """`values` of this run, or as they were saved."""
    pairs = pairs_of(values)
    if not pairs:
        return evaluation.Figure("model", TITLE, "not there: nothing was measured and saved yet")
    makers = (memory, published, overheads, accounts, times, sharing)
    return evaluation.Figure("model", TITLE, evaluation.MEASURED, METHOD, [table for table in (maker(pairs) for maker in makers) if table.rows],
                             {"model": curves(pairs)}, dict(values), not_measured(pairs) + CAVEATS)


def measure(shape, most, given, again):
    """Of a user's file, or of the shapes that are wanted: the values, and the runs that broke off."""
    broken = []
    if given:
        return measured(FILE, most or 2, pathlib.Path(given), again, broken), broken
    values = {}
    for one in [shape] if shape else MOST:
        values |= measured(one, most or USUAL[one], None, again, broken)
    return values, broken
