"""Who includes whom: the arrows between rooms (the table `arrows`), and no circles between files."""
import os
import re

from tree import is_test, room

# A file and its header are one here. These know each other, each pair for a reason.
CIRCLES = {
    ("host/devices/vgic", "host/devices/vgic_irq"),  # vgic_irq.h is the inner half of vgic.h
    ("host/lib/host", "host/lib/rmi_call"),  # every command reports to the host's log, which asks for its features
    # A machine is made of its devices, which reach its pages and CPUs; the yanker is one of its threads' steps.
    ("host/linux/linux_devices", "host/linux/linux_machine", "host/linux/linux_yank"),
    ("host/puppet/script", "host/puppet/script_handlers"),  # script_handlers.h is the inner half of script.h
    ("realm/lib/csm", "realm/lib/csm_call"),  # csm_call.h is the inner half of csm.h
}


# Every port brings these, by the compiler's search path: they count as the interface's.
PER_PORT = {"port_crypto.h", "port_mem.h"}


def includes(tree, name):
    return re.findall(r'^ *# *include "([^"]+)"', tree.text(name), re.M)


def headers(tree, name, text):
    """The files that `text` in an include of `name` can mean: in its own room, else those next to it in the tree."""
    own = os.path.normpath(os.path.join(room(name), text))
    if own in tree.files:
        return [own]
    found = [header for header in tree.files if header == text or header.endswith("/" + text)]
    near = max((len(os.path.commonpath([name, header])) for header in found), default=0)
    return [header for header in found if len(os.path.commonpath([name, header])) == near]


def room_of(header):
    return "monitor/port" if os.path.basename(header) in PER_PORT else room(header)


def table(tree):
    arrows = {}
    for line in tree.text("tests/check/arrows").splitlines():
        if line and not line.startswith("#"):
            source, _, targets = line.partition(":")
            arrows[source] = targets.split()
    return arrows


def arrows(tree):
    """Rooms include what the table tests/check/arrows says, and nothing else"""
    allowed = table(tree)
    for source, targets in allowed.items():
        for target in targets:
            if target not in allowed:
                yield f"tests/check/arrows: {source}: there is no room {target}"
            if is_test(target) and not is_test(source):
                yield f"tests/check/arrows: {source} is product, {target} is not"
    for name in tree.sources():
        if not name.startswith("linux/"):
            yield from (f"{name}: {text}" for text in refused(tree, name, allowed))


def refused(tree, name, allowed):
    if room(name) not in allowed:
        yield "its room is not in tests/check/arrows"
        return
    for text in includes(tree, name):
        rooms = {room_of(header) for header in headers(tree, name, text)}
        if not rooms:
            yield f'"{text}" is no file of the tree'
        elif not rooms & {room(name), "include/caec", *allowed[room(name)]}:
            yield f'"{text}" is of {" or ".join(sorted(rooms))}'


def dead_arrows(tree):
    """Each arrow of tests/check/arrows is somebody's"""
    used = {(room(name), room_of(header)) for name in tree.sources() for text in includes(tree, name)
            for header in headers(tree, name, text)}
    for source, targets in table(tree).items():
        for target in targets:
            if (source, target) not in used:
                yield f"{source}: {target}"


def circles(tree):
    """No file depends on itself through others, but for those that tests/check/includes.py lists"""
    graph = {}
    for name in tree.sources():
        unit = name.rpartition(".")[0]
        found = graph.setdefault(unit, set())
        for text in includes(tree, name):
            found.update(header.rpartition(".")[0] for header in headers(tree, name, text)[:1])
        found.discard(unit)
    reached = {unit: reach(graph, unit) for unit in graph}
    found = {tuple(sorted(other for other in reached[unit] if unit in reached[other]))
             for unit in graph if unit in reached[unit]}
    yield from (" - ".join(circle) for circle in sorted(found - CIRCLES))
    yield from (f"listed, but none: {' - '.join(circle)}" for circle in sorted(CIRCLES - found))


def reach(graph, start):
    seen, todo = set(), list(graph.get(start, ()))
    while todo:
        unit = todo.pop()
        if unit not in seen:
            seen.add(unit)
            todo += graph.get(unit, ())
    return seen
