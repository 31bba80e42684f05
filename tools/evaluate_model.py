"""One model in many realms: what sharing it saves, beside what it should, and what inference is then."""
import pathlib

import evaluation
import model_run
import plot

TITLE = "One model for many realms"
KIND = "q8_0"
MOST = {"gpt2": 4, "gpt2-medium": 3}  # realms that the machine has room for
USUAL = 3  # as many as are published
NAMES = {"gpt2": "GPT-2", "gpt2-medium": "GPT-2 Medium"}
# Table 4: MB of all realms together, without sharing and with it.
PUBLISHED = {("gpt2", 2): (960, 800), ("gpt2", 3): (1440, 1110), ("gpt2-medium", 2): (2000, 1580), ("gpt2-medium", 3): (3000, 2150)}
PUBLISHED_MODEL = {"gpt2": 177, "gpt2-medium": 437}
FILE = "file"  # the user's own: not compared with anything, not saved
FILE_ROOM = 300 * 10**6  # beside it in a realm
ROLES = (("own", "own copy"), ("provider", "in place, A"), ("consumer", "in place, others"))
PAGE, MB = 4096, 10**6
PAGE_STRUCTURE = 64
SIGBUS = 128 + 7
METHOD = [
    "llama.cpp of Debian's next release (arm64 package, unmodified) in Linux realms of Debian's kernel, one CPU each, the model read in place "
    "of a region of realm A's: csm serve, csm mount, DAX; in A itself by csm block. Against it: each realm has the file on a disk and maps it "
    "from its own page cache. Both read llama.cpp from that disk. Realms infer one after the other, "
    f"{model_run.TOKENS} words after a short text, temperature 0, one thread, --no-repack: otherwise llama.cpp makes a private copy of "
    "quantised weights, and there is nothing to share.",
    "The model: a GGUF file in the exact shape of GPT-2, 8-bit weights (q8_0), the output matrix a tensor of its own. There is no network in "
    "this evaluation: weights and words are made up, from names by SHAKE-128, so what it says is nonsense and the same every time. The files "
    "have 177.3 and 437.1 MB, the published ones 177 and 437. A file of your own: --model FILE.",
    "Memory is what the host counts: granules delegated for a realm, its pages, tables and RECs, the region among A's. The host lends a realm a "
    "page when it is first touched, and the realm keeps it. All realms boot, then join one by one: what the first n have when the nth has "
    "inferred is the figure of n realms. Realms are as large as the published ones (480 and 1,000 MB) with their own copy, smaller by the model "
    "where they share it, and no larger than the machine has room for.",
    "Instructions: QEMU's -icount, of the whole machine while the program ran, by the program's own clock; other realms are asleep. Loading "
    "is from the program's start to its first computation. Attaching is csm-bench attach, without page structures and with (CAEC_CSM_DAX).",
    "At the end A revokes B's share while B infers; then the others infer again.",
]
CAVEATS = [
    "The published memory is of realms' sizes; how it was read is not said. Ours is of granules; the percentages beside the published ones "
    "take the same sum for a whole: so many realms of 480 or 1,000 MB.",
    "Four realms with GPT-2 fit (--realms 4), eight do not: the bare host has four at most, and its machine 2.4 GiB for them. Three realms of 1,000 MB do not fit either: those "
    "with a copy of GPT-2 Medium are smaller, which their granules hardly depend on.",
    "What a realm's program has mapped of the model is what it has touched: of the matrix of words only the rows of those that occurred. "
    "A page cache holds the whole file.",
    "Instructions and smaps: a loop beside the program looks at its smaps, five times a second, and is in the figures. As saved on 2026-11-27 the "
    "run with copies looked once a second, with programs a few changes older, so its instructions are some fewer and its smaps are from "
    "while it loaded: those columns can't be compared. Granules can. On hardware caches would tell as well, which nothing here shows.",
    "Programs that have the model mapped when it is revoked end by SIGBUS at their next access once their kernel has heard of it; until then "
    "they read zeros (docs/linux-csm.md).",
]


# --- Values ------------------------------------------------------------------------------------------------------

def mean(results, key):
    results = list(results)
    return round(sum(result[key] for result in results) / len(results))


def of_realms(prefix, realms):
    """Of realms that are alike."""
    keys = ("load_instructions", "prompt_instructions", "token_instructions", "mapped_kib", "anonymous_kib")
    return {f"{prefix}_{key}": mean(realms.values(), key) for key in keys}


def values_of(shape, count, own, shared):
    """What a pair of runs says of the first `count` realms, by names."""
    names = list(own["realms"])[:count]
    provider = {"A": shared["realms"]["A"]}
    consumers = {name: shared["realms"][name] for name in names[1:]}
    said = {run["realms"][name]["said"] for run in (own, shared) for name in names} | set(shared["revoked"]["others"].values())
    granules = {what: run["realms"][names[-1]]["granules_of_all"] for what, run in (("own", own), ("shared", shared))}
    values = {
        "model_bytes": own["model"], "region_bytes": shared["region"], "own_memory_mib": own["memory_mib"],
        "shared_memory_mib": shared["memory_mib"], "own_granules": sum(granules["own"]), "shared_granules": sum(granules["shared"]),
        "shared_provider_granules": granules["shared"][0],
        "shared_consumer_granules": round(sum(granules["shared"][1:]) / (count - 1)),
        "attach_blocks": shared["entries"][0], "attach_pages": shared["entries"][1],
        "attach_instructions": shared["attach_instructions"], "attach_dax_instructions": shared["attach_dax_instructions"],
        "outputs": len(said), "revoked_status": shared["revoked"]["status"],
        **of_realms("own", {name: own["realms"][name] for name in names}), **of_realms("provider", provider), **of_realms("consumer", consumers),
    }
    return {f"{shape}_{count}_{key}": value for key, value in values.items()}


def measured(shape, most, given=None, again=False):
    """Of two realms, of three, up to `most`."""
    path = model_run.model(shape, KIND, given)
    sized = model_run.SIZED.get(shape, path.stat().st_size + FILE_ROOM)
    own, shared = (model_run.run(path, sized, most, is_shared, again) for is_shared in (False, True))
    return {key: value for count in range(2, most + 1) for key, value in values_of(shape, count, own, shared).items()}


# --- Tables ------------------------------------------------------------------------------------------------------

class Pair:
    """A shape and a number of realms, by `values`."""

    def __init__(self, values, shape, count):
        self.values, self.shape, self.count = values, shape, count
        self.name = f"{NAMES.get(shape, 'your file')}, {count} realms"

    def __getitem__(self, key):
        return self.values[f"{self.shape}_{self.count}_{key}"]

    @property
    def saved(self):
        return (self["own_granules"] - self["shared_granules"]) * PAGE

    @property
    def limit(self):
        return (self.count - 1) * self["model_bytes"]


def megabytes(count):
    return f"{count / MB:,.1f}"


def percent(part, whole):
    return f"{100 * part / whole:.1f} %"


def memory(pairs):
    rows = [[p.name, megabytes(p["own_granules"] * PAGE), megabytes(p["shared_granules"] * PAGE), megabytes(p.saved), megabytes(p.limit),
             percent(p.saved, p.limit)] for p in pairs]
    return evaluation.Table("Granules delegated for all realms together, MB (10^6 bytes)",
                            ["", "a copy in each", "one for all", "saved", "limit: (realms - 1) x model", "of the limit"], rows)


def overheads(pairs):
    """What is between the limit and what was saved."""
    rows = []
    for p in pairs:
        ram = (p["own_memory_mib"] - p["shared_memory_mib"]) << 20
        structures = p.count * (p["region_bytes"] - ram) // PAGE * PAGE_STRUCTURE
        rounding = p["region_bytes"] - p["model_bytes"]
        rest = p.limit - p.saved - structures - rounding
        rows.append([p.name, megabytes(p.limit - p.saved), megabytes(structures), megabytes(rounding), megabytes(rest),
                     percent(p.saved + structures + rounding, p.limit)])
    head = ["", "missed by", "page structures: of the region in each realm, less those of RAM that it has no more", "image: its first 2 MiB, and to the next", "other",
            "of the limit, these two counted"]
    return evaluation.Table("What the limit is missed by, MB", head, rows)


def published(pairs):
    rows = []
    for p in pairs:
        if p.shape not in PUBLISHED_MODEL:
            continue
        whole = p.count * model_run.SIZED[p.shape]
        theirs = PUBLISHED.get((p.shape, p.count))
        cells = ["-"] * 3
        if theirs:
            saved = theirs[0] - theirs[1]
            cells = [f"{theirs[0]:,} to {theirs[1]:,}", percent(saved, theirs[0]), percent(saved, (p.count - 1) * PUBLISHED_MODEL[p.shape])]
        rows.append([p.name, *cells, f"{whole / MB:,.0f} to {(whole - p.saved) / MB:,.0f}", percent(p.saved, whole), percent(p.saved, p.limit)])
    return evaluation.Table("Realms of 480 MB (GPT-2) and 1,000 MB (Medium), MB",
                            ["", "published (Table 4)", "saved", "of the limit", "ours", "saved", "of the limit"], rows)


def accounts(pairs):
    rows = []
    for p in pairs:
        for role, label in ROLES:
            granules = p["own_granules"] / p.count if role == "own" else p[f"shared_{role}_granules"]
            mib = p["own_memory_mib" if role == "own" else "shared_memory_mib"]
            rows.append([f"{p.name}: {label}", *map(evaluation.number, (mib, round(granules), p[f"{role}_mapped_kib"], p[f"{role}_anonymous_kib"]))])
    return evaluation.Table("A realm's own account (smaps of llama.cpp), and the host's",
                            ["", "RAM, MiB", "granules", "of the model mapped, KiB", "RssAnon, KiB"], rows)


def times(pairs):
    rows = []
    for p in pairs:
        for role, label in ROLES:
            load, prompt, token = (p[f"{role}_{what}_instructions"] / MB for what in ("load", "prompt", "token"))
            rows.append([f"{p.name}: {label}", *(f"{value:,.0f}" for value in (load, prompt, load + prompt, token))])
    return evaluation.Table("Inference, millions of instructions", ["", "loading", "the given text", "to the first word", "each further word"], rows)


def sharing(pairs):
    rows = [[p.name, evaluation.number(p["attach_blocks"]), evaluation.number(p["attach_pages"]), evaluation.number(p["attach_instructions"]),
             evaluation.number(p["attach_dax_instructions"]), "the same" if p["outputs"] == 1 else f"{p['outputs']} kinds",
             "SIGBUS" if p["revoked_status"] == SIGBUS else f"status {p['revoked_status']}"] for p in pairs]
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
    missing = [f"{NAMES[shape]} in {count} realms" for shape, count in PUBLISHED if (shape, count) not in {(p.shape, p.count) for p in pairs}]
    return [f"Not measured here, though published: {', '.join(missing)}. The same command measures them."] if missing else []


def figure(values):
    """`values` of this run, or as they were saved."""
    names = dict.fromkeys(name.rsplit("_model_bytes", 1)[0].rpartition("_")[::2] for name in values if name.endswith("_model_bytes"))
    pairs = sorted((Pair(values, shape, int(count)) for shape, count in names), key=lambda p: (p["model_bytes"], p.count))
    if not pairs:
        return evaluation.Figure("model", TITLE, "not there: nothing was measured and saved yet")
    makers = (memory, published, overheads, accounts, times, sharing)
    return evaluation.Figure("model", TITLE, evaluation.MEASURED, METHOD, [maker(pairs) for maker in makers],
                             {"model": curves(pairs)}, dict(values), not_measured(pairs) + CAVEATS)


def measure(shape, most, given, again):
    """Of a user's file, or of the shapes that are wanted."""
    if given:
        return measured(FILE, most or 2, pathlib.Path(given), again)
    shapes = [shape] if shape else MOST
    return {key: value for one in shapes for key, value in measured(one, most or USUAL, again=again).items()}
