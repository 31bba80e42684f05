"""What CSM adds, in lines and bytes, counted by one rule for every part."""
import re
import subprocess

import evaluation
import lines

ROOT = evaluation.ROOT
BUILD = ROOT / "build"
# A line of code outside CSM's own files that names it: a call, a field, a number.
HOOK = re.compile(r"csm|\bapt\b|apt_", re.I)

# (name, part of Table 3, own files, where else to look for lines that name it). Paths and globs from the tree's top.
PARTS = [
    ("monitor", "RMM 1,062", ["monitor/csm/*", "monitor/call/r?i_csm.c"], ["monitor/call", "monitor/model", "monitor/attest", "monitor/run"]),
    ("host library", "KVM 394", ["host/lib/csm*.[ch]", "host/lib/rmi_csm_call.h"], ["host/lib"]),
    ("machine of Linux realms", "kvmtool 247", [], ["host/linux", "host/devices"]),
    ("Linux module caec_csm", "driver 467", ["linux/csm/*.[ch]"], []),
    ("Linux module csm_blk", "", ["linux/csm_blk/*.[ch]"], []),
    ("Linux module csm_net", "", ["linux/csm_net/*.[ch]"], []),
    ("libcsm (beside the channel)", "", ["linux/libcsm/*.[ch]"], []),
    ("csm, the tool", "", ["linux/csm-tool/*.[ch]"], []),
    ("realm library: calls, channel", "", ["realm/lib/csm*.[ch]", "realm/lib/channel*.[ch]"], []),
    ("interface (headers)", "", ["include/caec/csm.h", "linux/include/uapi/linux/caec_csm.h", "linux/include/linux/caec_csm.h"], []),
]
METHOD = [
    "A line of code is one of C or assembly, headers included, that is neither blank nor comment (tools/loc). Own: in files that "
    "are there for CSM alone. Named: lines in other files of the same part that have csm or apt (the Access Policy Table) in them. "
    "How the published lines are counted is not said; they are what was added to existing programs.",
    "Bytes are text and data: of the monitor, the release image less the same image built with CAEC_CSM=OFF (tools/build "
    "firmware-base), which tests/check/base holds to the same answers in all conformance checks; of others, the objects "
    "of their own files, or of the module.",
]
CAVEATS = [
    "The published prototype is a change to TF-RMM, KVM, kvmtool and a guest driver. The host that is counted here is a bare "
    "hypervisor and its library, not KVM, without a kvmtool: those two lines are of another kind than theirs. There is a Linux "
    "host, too, a module and a program of its own (linux/host, linux/vmm): what they have for CSM is not counted.",
    "Lines in common files that CSM needs and that do not name it (blocks counted in a granule's references, RIDs in the registry) are "
    "not counted, and are in the build without CSM as well.",
    "What the monitor's further lines buy, against the prototype: refusal by the host at each step, calls that are resumed, holes, "
    "2 MiB blocks, notifications, local attestation, sharing state in tokens, a table that grows, two endings of a share.",
]


def paths(globs):
    return sorted({path for pattern in globs for path in ROOT.glob(pattern)})


def named(folders, own):
    files = [path for folder in folders for path in lines.sources(ROOT / folder) if path not in own]
    return sum(bool(HOOK.search(line)) for path in files for line in lines.code(path.read_text()))


def loaded(files):
    """Text and data of objects, as `size` has them. None if there are none."""
    if not files:
        return None
    run = subprocess.run(["aarch64-linux-gnu-size", *files], stdout=subprocess.PIPE, text=True, check=True)
    return sum(sum(map(int, line.split()[:2])) for line in run.stdout.splitlines()[1:])


def bytes_of(name, own):
    if name == "monitor":
        images = [BUILD / preset / "monitor.elf" for preset in ("firmware-release", "firmware-base")]
        return loaded(images[:1]) - loaded(images[1:]) if all(image.exists() for image in images) else None
    module = re.fullmatch(r"Linux module (\w+)", name)
    if module:
        return loaded(list(BUILD.glob(f"linux/modules/*/{module[1]}.ko")))
    room = {"host library": "host/CMakeFiles/host.own.dir/lib", "realm library: calls, channel": "realm/CMakeFiles/realm.own.dir/lib"}
    objects = [BUILD / "firmware-release" / room[name] / f"{path.name}.obj" for path in own if path.suffix == ".c"] if name in room else []
    return loaded([path for path in objects if path.exists()])


def kept(name, what):
    """Is it compared with what was saved? Modules need not be built."""
    return what != "bytes" or not name.startswith("Linux module")


def figure():
    rows, values = [], {}
    for name, published, globs, others in PARTS:
        own = paths(globs)
        counts = lines.count(own), named(others, own), bytes_of(name, own)
        rows.append([name, *(evaluation.number(count) for count in counts), published])
        key = re.sub(r"\W+", "_", name).strip("_")
        values |= {f"{key}_{what}": count for what, count in zip(("lines", "named", "bytes"), counts)
                   if count is not None and kept(name, what)}
    monitor = [path for path in lines.sources(ROOT / "monitor") if path.parent.name != "base"]
    base = lines.count(monitor) - values["monitor_lines"] - values["monitor_named"]
    values["monitor_without_csm_lines"] = base
    size = loaded([BUILD / "firmware-base/monitor.elf"]) if (BUILD / "firmware-base/monitor.elf").exists() else None
    whole = evaluation.Table("The monitor without it", ["", "lines", "bytes", "CSM adds"],
                             [["monitor, CAEC_CSM=OFF", evaluation.number(base), evaluation.number(size),
                               f"{100 * (values['monitor_lines'] + values['monitor_named']) / base:.1f} % of lines"
                               + (f", {100 * values['monitor_bytes'] / size:.1f} % of bytes" if size else "")]])
    table = evaluation.Table("What CSM adds", ["part", "own lines", "named elsewhere", "bytes", "published (Table 3)"], rows)
    return evaluation.Figure("code", "Code that CSM adds", evaluation.MEASURED, METHOD, [table, whole], {}, values, CAVEATS)
