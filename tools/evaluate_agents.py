"""A pipeline of agents: what it costs that each has a realm of its own, by shared memory and by TLS, beside no isolation."""
import statistics

import agents_run
import evaluation
import plot

TITLE = "A pipeline of agents"
USUAL = "small"
NAMES = {"small": "small model", "gpt2": "GPT-2"}
PUBLISHED = 5.15  # percent
LABELS = {"alone": "one realm, three processes", "csm": "three realms, CSM", "tls": "three realms, TLS"}
HOPS = 4  # messages of one request, each to a process that sleeps
METHOD = [
    "A front end takes requests from a list, always the same ones, and has an agent with a language model answer them: that goes on from the "
    "request, asks a third one about what came out, which looks it up in a database (SQLite) and counts that it did, and goes on once more with "
    "the fact. One request at a time: four messages, of 14 to 80 bytes, each to a process that sleeps. The program is linux/agents; the "
    "three are the same code in all rows, and only what carries their messages differs.",
    "No isolation: three processes of one realm, and local sockets. CSM: each agent in a realm of its own, measured apart; front end and model, "
    "model and tool share two regions, one of each, which the other may read and not write, after each has verified the other's attestation "
    "token (csm pair); front end and tool share nothing. TLS: the same realms; TLS 1.3 by OpenSSL (AES-256-GCM) over vsock, which the host "
    "carries from one realm's virtio device to the other's. The handshake is over before the first request.",
    "Realms of Debian's kernel, one CPU each, are processes (caec-vmm) of a Linux host with one CPU, QEMU with -icount: a figure is what passed "
    "on the front end's clock, which is the number of instructions of whoever ran meanwhile, host, EL3, monitor and realms, and what all of "
    "them slept, if they did: nobody waits for a timer here. A round is the whole list; the first one is not counted. llama.cpp of Debian's next release, one thread, the likeliest word each time.",
    "The answers of all three ways are compared, word for word; in each is a sum over every token and the bits of its value. A run in which "
    "one differs is no result.",
    "The model: a file of GPT-2's kind with made-up weights, as above; the small one has 2 blocks of 128 and GPT-2's vocabulary.",
]
CAVEATS = [
    "The published system, its requests and its models are others, and how the figure was made is not said: what both say is that sharing "
    "memory costs a pipeline little. The overhead is a number of instructions for each message, so it falls with what a request takes: the "
    "published bound would be reached by requests of the instructions that the table of costs has.",
    "A message of 64 bytes itself is some 280 instructions by CSM, and some 3,500 by AES-256-GCM with OpenSSL (first part: Linux realms), so nearly all of "
    "what is added is waking who sleeps: by CSM a realm, by TLS two processes of the host (caec-vmm vsock, with a pipe between), which "
    "were not made to be fast, and a realm, through virtio and the kernels' stacks. What encryption costs long messages is in the first part.",
    "What is added is a small difference of large numbers: between boots it varies by more than between rounds, as the kernels' work falls into "
    "requests or beside them. Two boots on 2026-11-27, of builds a few hours older, had 0.52 and 0.45 % by CSM, 1.56 and 1.54 % by TLS.",
    "The key of TLS is in the program: where two realms would get one from is not part of the comparison.",
    "Instructions are not time. One CPU: realms never work at once, and in a pipeline that has one request at a time they would not.",
    "Messages in Linux realms (first part) and the model part ran on the bare host: what a doorbell costs is another figure there.",
]


def per_request(result, way):
    """Of each round but the first."""
    own = result["ways"][way]
    return [took / own["requests"] for took in own["rounds"][1:]]


def values_of(shape, result):
    """By name, for --check. Ends if an answer is another."""
    agents_run.same_answers(result["ways"])
    values = {"model_bytes": result["model"], "tokens": result["tokens"], "requests": result["ways"]["alone"]["requests"]}
    for way in agents_run.WAYS:
        values |= {f"{way}_{n}_instructions": round(took) for n, took in enumerate(per_request(result, way), 1)}
    base = statistics.median(per_request(result, "alone"))
    values |= {f"{way}_added": round(statistics.median(per_request(result, way)) - base) for way in ("csm", "tls")}
    return {f"{shape}_{name}": value for name, value in values.items()}


class Run:
    """The values of one model."""

    def __init__(self, values, shape):
        self.shape, self.name = shape, NAMES.get(shape, shape)
        self.values = {name.removeprefix(f"{shape}_"): value for name, value in values.items() if name.startswith(f"{shape}_")}

    def __getitem__(self, name):
        return self.values[name]

    def rounds(self, way):
        count = sum(name.startswith(f"{way}_") and name.endswith("_instructions") for name in self.values)
        return [self[f"{way}_{n}_instructions"] for n in range(1, count + 1)]

    def median(self, way):
        return statistics.median(self.rounds(way))

    def overhead(self, value):
        return (value / self.median("alone") - 1) * 100


def percent(value):
    return f"{value:.2f} %"


def overheads(runs):
    rows = []
    for run in runs:
        for way, label in LABELS.items():
            took = run.rounds(way)
            rows.append([f"{run.name}: {label}", *(evaluation.number(round(value)) for value in (run.median(way), min(took), max(took))),
                         "-" if way == "alone" else percent(run.overhead(run.median(way)))])
    rows.append(["published", "", "", "", f"less than {PUBLISHED} %"])
    return evaluation.Table("Instructions for one request, of the whole machine: the median round, the least, the most",
                            ["", "median", "least", "most", "overhead"], rows)


def costs(runs):
    rows = [[f"{run.name}: {LABELS[way]}", *(evaluation.number(round(value)) for value in (run[f"{way}_added"], run[f"{way}_added"] / HOPS,
                                                                                         run[f"{way}_added"] / PUBLISHED * 100))]
            for run in runs for way in ("csm", "tls")]
    return evaluation.Table("What is added, in instructions", ["", "to a request", "to each message",
                                                               f"a request of so many would have {PUBLISHED} %"], rows)


def answers(runs):
    """A run whose answers are not the same has no values."""
    rows = [[run.name, evaluation.number(run["model_bytes"]), evaluation.number(run["requests"]),
             evaluation.number(len(run.rounds("alone"))), evaluation.number(2 * run["tokens"]),
             "the same in all three"] for run in runs]
    return evaluation.Table("What was run", ["", "bytes of the model", "requests in a round", "rounds", "tokens of an answer", "answers"], rows)


def curves(runs):
    found = []
    for run in runs:
        for way in ("csm", "tls"):
            points = [(n, run.overhead(value)) for n, value in enumerate(run.rounds(way), 1)]
            found.append(plot.series([(n, value) for n, value in points if value > 0], f"{run.name}: {LABELS[way]}", len(found)))
        found.append(plot.series([(1, PUBLISHED), (len(run.rounds("csm")), PUBLISHED)], "published: less than this", len(found)))
    return plot.lines("Overhead against no isolation, by round", "round", "percent", found)


def figure(values):
    """`values` of this run, or as they were saved."""
    runs = [Run(values, name.removesuffix("_model_bytes")) for name in values if name.endswith("_model_bytes")]
    if not runs:
        return evaluation.Figure("agents", TITLE, "not there: nothing was measured and saved yet")
    return evaluation.Figure("agents", TITLE, evaluation.MEASURED, METHOD, [overheads(runs), costs(runs), answers(runs)],
                             {"agents": curves(runs)}, dict(values), CAVEATS)


def measure(shape, again, check):
    """Anew, if there is no run yet, `again`, or to `check` and the run is of another build."""
    return values_of(shape, agents_run.run(shape, again=again, others=check))
