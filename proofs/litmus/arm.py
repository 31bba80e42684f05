"""The Arm memory model (Arm ARM, B2.3), over the executions of a litmus test: enumerated, and judged by its three axioms.

Each thread is run on all values that its reads could have (`paths`). An execution is a path for each thread, which write
each read has its value from (rf), and an order of the writes of each location (co). It is allowed if
  internal visibility: each location's accesses have an order that agrees with program order, rf and co;
  atomicity:           no other write comes between the two halves of an atomic;
  external visibility: observed-by, dependencies, atomics and barriers together (ordered-before) have no circle.
Where the architecture's text leaves a choice, the weaker order is taken: more is allowed then, and a claim says more.
Not here: mixed sizes (refused), exclusives, tables that hardware walks, instruction fetch, devices.
"""
import functools
import itertools
from collections import Counter

from a64 import NONE, Alone, Cpu, Cut, Stopped, Stuck

ROUNDS = 50  # values that threads hand each other; far more than there are
AGAIN = 3  # a path reads at one instruction so often at most: loops that wait go round three times


def value_at(memory, place):
    return sum(memory.get(place[0] + i, 0) << (8 * i) for i in range(place[1]))


class Event:
    """One access: R or W."""

    def __init__(self, kind, place, value, attributes, addr, data, thread):
        self.kind, self.place, self.value, self.attributes = kind, place, value, attributes
        self.deps, self.written = addr | data, thread.seen.get(place)
        self.addr, self.ctrl, self.addrs, self.isb = addr, thread.ctrl, thread.addrs, thread.isb
        self.atomic = None  # of a write: the number of its read


class Thread(Cpu):
    """A thread on one path: its reads take their values from `choices`, which grow by the first of what is possible."""

    def __init__(self, number, program, entry, arguments, domain, memory, choices):
        super().__init__(program, entry, arguments)
        self.pe, self.seen = number, {}  # by place: how many writes of each thread are behind us, at least
        self.domain, self.memory, self.choices, self.taken = domain, memory, choices, []
        self.own_value = {}  # by place: what this thread wrote last (or what was there), until it has seen another's
        self.events, self.barriers, self.visits = [], [], {}
        self.ctrl = self.addrs = self.isb = NONE

    def initial(self, place):
        return value_at(self.memory, place)

    def emit(self, *fields):
        event = Event(*fields, self)
        self.events.append(event)
        self.addrs |= event.addr
        return len(self.events) - 1

    def guess(self, place):
        """What another PE writes there, or what is there for this thread."""
        own = self.own_value.setdefault(place, self.initial(place))
        options = sorted(self.from_others(place), key=lambda option: (option[0], sorted(option[1].items())))
        if own is not None:  # it says least of what there was before: another's same value is left out, but where all is known
            options = [option for option in options if place in self.domain.chained or option[0] != own] + [(own, None)]
        at = len(self.taken)
        choice = self.choices[at] if at < len(self.choices) else 0
        self.taken.append((choice, len(options)))
        value, way = options[choice]
        if way is not None:
            self.own_value[place] = None
            self.seen[place] = self.seen.get(place, Counter()) | way
        return value

    def from_others(self, place):
        """
        [(value, way)]: without what can only come from a write that this thread has yet to make, and what it has seen the
        end of: coherence. Where all writes are atomics, each has all before it behind it: what is seen must have been, too.
        """
        seen, pe, found = self.seen.get(place, Counter()), self.pe, {}
        is_chained = place in self.domain.chained
        for value, ways in self.domain.values.get(place, {}).items():
            for writer, way in ways:
                if way[pe] > seen[pe] or way[writer] < seen[writer] or (is_chained and not seen <= way):
                    continue
                found.setdefault(value, []).append(way)
        if is_chained:
            return [(value, way) for value, ways in found.items() for way in ways]
        return [(value, least(ways)) for value, ways in found.items()]

    def bounded(self):
        self.visits[self.pc] = self.visits.get(self.pc, 0) + 1
        if self.visits[self.pc] > AGAIN:
            raise Cut

    def load(self, where, size, kind, deps):
        place = (where, size)
        if place not in self.domain.values and place not in self.own_value:  # nobody writes it: no event. What it depended on stays.
            return self.initial(place), deps
        self.bounded()
        value = self.guess(place)
        return value, frozenset([self.emit("R", place, value, kind, deps, NONE)])

    def store(self, where, size, value, kind, deps, data):
        self.wrote((where, size), value, kind, deps, data)

    def wrote(self, place, value, kind, deps, data):
        self.seen[place] = self.seen.get(place, Counter()) + Counter([self.pe])
        self.own_value[place] = value
        return self.emit("W", place, value, kind, deps, data)

    def update(self, where, size, change, kinds, deps, data):
        place = (where, size)
        self.bounded()
        seen = self.guess(place)
        number = self.emit("R", place, seen, kinds[0], deps, NONE)
        if (value := change(seen)) is not None:
            self.events[self.wrote(place, value, kinds[1], deps, data)].atomic = number
        return seen, frozenset([number])

    def barrier(self, kind):
        if kind == "isb":
            self.isb |= self.ctrl | self.addrs
        else:
            self.barriers.append((len(self.events), kind))

    def choose(self, deps):
        self.ctrl |= deps


# --- What one thread orders by itself


def fenced(barriers, i, j, a, b):
    """A barrier between i and j that orders them."""
    return any(i < at <= j and (kind == "full" or (kind == "ld" and a.kind == "R" and "NoRet" not in a.attributes) or
                                (kind == "st" and a.kind == b.kind == "W")) for at, kind in barriers)


def is_full(events, i):
    """The write of an atomic that is both acquire and release."""
    return events[i].atomic is not None and "L" in events[i].attributes and "A" in events[events[i].atomic].attributes


def is_ordered(events, barriers, i, j):
    """i before j by dob, aob or bob, but for what needs rf."""
    a, b = events[i], events[j]
    dob = i in b.deps or (b.kind == "W" and (i in b.ctrl or i in b.addrs)) or (b.kind == "R" and i in b.isb)
    aob = b.atomic == i
    bob = (a.attributes & {"A", "Q"} or "L" in b.attributes or ("L" in a.attributes and "A" in b.attributes) or
           is_full(events, i) or fenced(barriers, i, j, a, b))
    return bool(dob or aob or bob)


class Domain:
    """What the other threads write: {place: {value: [(writer, way)]}}; and the places that only atomics write."""

    def __init__(self, parts, chained):
        self.values, self.chained = {}, chained
        for part in parts:
            for place, those in part.items():
                for value, ways in those.items():
                    self.values.setdefault(place, {}).setdefault(value, []).extend(ways)


class Path:
    def __init__(self, thread, stops):
        self.result, self.registers, self.events, self.stops = thread.regs[0][0], thread.regs, thread.events, stops
        self.read = {(e.place, e.value) for e in self.events if e.kind == "R"}
        self.written = {(e.place, e.value) for e in self.events if e.kind == "W"}
        self.ways = {(e.place, e.value, frozenset(e.written.items())) for e in self.events if e.kind == "W"}
        self.indexes, self.accesses = {}, {}  # by place
        for i, event in enumerate(self.events):
            self.indexes[event.place] = (*self.indexes.get(event.place, ()), i)
            self.accesses[event.place] = (*self.accesses.get(event.place, ()), (event.kind, event.value, event.atomic is not None))
        n = len(self.events)
        self.order = [(i, j) for j in range(n) for i in range(j) if is_ordered(self.events, thread.barriers, i, j)]


def paths_of(number, program, entry, arguments, domain, memory):
    """All paths of one thread; a path is cut where it goes round a loop too often."""
    choices = []
    while choices is not None:
        thread = Thread(number, program, entry, arguments, domain, memory, choices)
        try:
            thread.run()
            yield Path(thread, False)
        except Stopped:
            yield Path(thread, True)
        except Cut:
            pass
        choices = following(thread.taken)


def following(taken):
    """The next list of choices, as an odometer; None after the last."""
    while taken and taken[-1][0] + 1 == taken[-1][1]:
        taken = taken[:-1]
    return [choice for choice, _ in taken[:-1]] + [taken[-1][0] + 1] if taken else None


def check_sizes(places):
    taken = {}
    for where, size in places:
        for byte in range(where, where + size):
            if taken.setdefault(byte, (where, size)) != (where, size):
                raise Stuck(f"accesses of two sizes at {where:#x}")


def written(writer, found):
    """{place: {value: [(writer, how many writes of each thread there are by then, at least)]}} of all paths of a thread."""
    values = {}
    for place, value, way in set().union(*(path.ways for path in found)):
        values.setdefault(place, {}).setdefault(value, []).append(Counter(dict(way)))
    return {place: {value: minimal(writer, ways) for value, ways in those.items()} for place, those in values.items()}


def minimal(writer, ways):
    """Without those that say more than another of the same write, in an order of their own."""
    kept = [a for a in ways if not any(b <= a and b != a and b[writer] == a[writer] for b in ways)]
    return [(writer, way) for way in sorted(kept, key=lambda way: sorted(way.items()))]


def least(ways):
    """What is behind us whichever of them it was."""
    result = ways[0]
    for way in ways[1:]:
        result = result & way
    return result


def chained(found):
    """The places that only atomics write."""
    writes = [event for thread in found for path in thread for event in path.events if event.kind == "W"]
    return {event.place for event in writes} - {event.place for event in writes if event.atomic is None}


def more(known, found):
    """Both together: what is known only grows."""
    places = {place: dict(values) for place, values in known.items()}
    for place, values in found.items():
        for value, ways in values.items():
            old = places.setdefault(place, {}).get(value, [])
            places[place][value] = old + [way for way in ways if way not in old]
    return places


def paths(program, entries, memory):
    """The paths of each thread, with all values that the others could write. entries: [(entry, arguments)]"""
    by_thread, only_atomics = [{} for _ in entries], set()
    for _ in range(ROUNDS):
        found = []
        for i, (entry, arguments) in enumerate(entries):
            domain = Domain(by_thread[:i] + by_thread[i + 1:], only_atomics)
            found.append(list(paths_of(i, program, entry, arguments, domain, memory)))
        wider = [more(by_thread[i], written(i, thread)) for i, thread in enumerate(found)]
        check_sizes(Domain(wider, set()).values)
        if wider == by_thread and chained(found) == only_atomics:
            return found
        by_thread, only_atomics = wider, chained(found)
    raise Stuck("no end of values")


# --- Executions


def merges(sequences):
    """All orders of some sequences' members that keep each sequence's order."""
    sequences = [s for s in sequences if s]
    if not sequences:
        yield ()
    for i, sequence in enumerate(sequences):
        for rest in merges(sequences[:i] + [sequence[1:]] + sequences[i + 1:]):
            yield (sequence[0], *rest)


@functools.lru_cache(None)
def coherent(first, threads):
    """
    For one location that holds `first`: all (co, rf) that keep internal visibility and atomicity. threads: a tuple for each
    of (R or W, value, whether it is an atomic's write: its read is the one before). An access is (thread, place in it).
    """
    accesses = [(t, k) for t, thread in enumerate(threads) for k in range(len(thread))]
    writes = [[(t, k) for k, access in enumerate(thread) if access[0] == "W"] for t, thread in enumerate(threads)]
    found = []
    for co in merges(writes):
        position = {None: -1} | {write: at for at, write in enumerate(co)}
        found += [(co, tuple(rf.items())) for rf in sources(first, threads, accesses, co, position)]
    return found


def sources(first, threads, accesses, co, position):
    """Where the reads have their values from: never earlier in co than what the thread saw or wrote."""
    def grow(rest, seen, rf):
        if not rest:
            yield dict(rf)
            return
        (t, k), (kind, value, is_atomic) = rest[0], threads[rest[0][0]][rest[0][1]]
        if kind == "W":
            at = position[t, k]
            # co keeps a thread's order; but nothing that the thread has read may come later.
            if at >= seen[t] and (not is_atomic or at == position[rf[t, k - 1]] + 1):
                yield from grow(rest[1:], {**seen, t: at}, rf)
            return
        for source in (None, *co):
            held = first if source is None else threads[source[0]][source[1]][1]
            own_future = source is not None and source[0] == t and source[1] > k
            if held == value and position[source] >= seen[t] and not own_future:
                yield from grow(rest[1:], {**seen, t: position[source]}, {**rf, (t, k): source})

    yield from grow(accesses, {t: -1 for t in range(len(threads))}, {})


class Candidate:
    """A path for each thread."""

    def __init__(self, chosen):
        self.events, self.thread, self.order, self.atomic, self.starts = [], [], [], set(), []
        for number, path in enumerate(chosen):
            base = len(self.events)
            self.starts.append(base)
            self.events += path.events
            self.thread += [number] * len(path.events)
            self.order += [(base + i, base + j) for i, j in path.order]
            self.atomic |= {base + i for i, event in enumerate(path.events) if event.atomic is not None}

    def numbered(self, chosen, place, co, rf):
        """The same with the numbers of events."""
        def number(access):
            return access and self.starts[access[0]] + chosen[access[0]].indexes[place][access[1]]

        return [number(write) for write in co], {number(read): number(source) for read, source in rf}

    def is_allowed(self, chosen):
        """External visibility."""
        edges = {i: set() for i in range(len(self.events))}
        for i, j in self.order:
            edges[i].add(j)
        for co, rf in chosen:
            self.observe(co, rf, edges)
        return not has_circle(edges)

    def observe(self, co, rf, edges):
        def is_external(i, j):
            return self.thread[i] != self.thread[j]

        for at, write in enumerate(co):
            edges[write].update(later for later in co[at + 1:] if is_external(write, later))
        for read, source in rf.items():
            later = co if source is None else co[co.index(source) + 1:]
            edges[read].update(write for write in later if is_external(read, write))
            if source is None:
                continue
            if is_external(source, read):
                edges[source].add(read)
                continue
            # What is read from one's own write: a dependency goes on; an atomic's, into an acquire.
            start = self.starts[self.thread[source]]
            for dep in self.events[source].deps:
                edges[start + dep].add(read)
            if source in self.atomic and self.events[read].attributes & {"A", "Q"}:
                edges[source].add(read)


def has_circle(edges):
    state = {}

    def visit(i):
        state[i] = 1
        for j in edges[i]:
            if state.get(j) == 1 or (j not in state and visit(j)):
                return True
        state[i] = 2
        return False

    return any(i not in state and visit(i) for i in edges)


def is_possible(chosen, memory):
    """Every value that is read was there at first, or is written."""
    written = set().union(*(path.written for path in chosen))
    return all((place, value) in written or value_at(memory, place) == value for path in chosen for place, value in path.read)


def outcomes(program, entries, memory):
    """(paths chosen, final memory, function that says whether it is allowed) for each execution that is coherent."""
    for chosen in itertools.product(*paths(program, entries, memory)):
        if not is_possible(chosen, memory):
            continue
        places = sorted(set().union(*(path.indexes for path in chosen)))
        options = [coherent(value_at(memory, place), tuple(path.accesses.get(place, ()) for path in chosen)) for place in places]
        if not all(options):
            continue
        candidate = Candidate(chosen)
        for execution in itertools.product(*options):
            numbered = [candidate.numbered(chosen, place, *option) for place, option in zip(places, execution)]
            final = {place: candidate.events[co[-1]].value for place, (co, _) in zip(places, numbered) if co}
            yield chosen, final, lambda c=candidate, e=numbered: c.is_allowed(e)


def ask(program, function, memory, final, results):
    """What a function of the program says of a final state and the threads' results."""
    after = dict(memory)
    for (where, size), value in final.items():
        for i in range(size):
            after[where + i] = value >> (8 * i) & 255
    return bool(Alone(program, program.symbols[function], after, results).run() & 1)
