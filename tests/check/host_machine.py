"""A Linux host that runs a script in sections, and what is expected of them: for linux-host and linux-host-load."""
import pathlib
import re
import signal
import subprocess
import sys

from expectations import expect, verdict

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import child  # noqa: E402
import packaged  # noqa: E402
import realms  # noqa: E402

LINUX = ROOT / "build/deps/linux"
# A process that is killed in a memory cgroup leaves a report, with a trace, which is no complaint.
LOG = "dmesg | awk '/invoked oom-killer/ { report = 1 } !report; /Memory cgroup out of memory/ { report = 0 }'"
COMPLAINTS = "Oops|BUG|WARNING|Internal error|lockup|hung|Call trace|rcu:.*stall|unhandled|Unable to handle|caec_host: .*(lost|keeps)"
HELD = r"^0 expectations not met$"
GONE = r"^the group is gone$"


def faults(kills, signals, groups, seed=1):
    """Sections of linux/check/host/hostile.c and faults.c: how many of each."""
    return {
        "kill": f"host-check kill {kills} {seed}",
        "signals": f"host-check signals {signals} {seed}",
        "group": f"""
            C=/sys/fs/cgroup; echo +memory >$C/cgroup.subtree_control; mkdir $C/grow
            host-check group {groups} {seed} $C/grow; rmdir $C/grow && echo "the group is gone\"""",
    }


def with_realms(script, name, folder, modules, *more):
    """Options of `./caec host` for a `script`, /bin/NAME there, that starts Linux realms. Their initial RAM disk is
    /usr/share/caec/NAME: modules and tools of confidential shared memory, the kernel's `modules`, and `more`, ITEM:PATH."""
    subprocess.run([ROOT / "tools/linux-setup", "--modules"], check=True)
    subprocess.run([ROOT / "tools/linux-modules"], check=True)
    items = [f"{realms.OUT / built}:{there}" for built, there in realms.IN_THE_REALM.items()
             if built.startswith("modules/") or built in ("bin/csm", "bin/csm-netperf")]
    initramfs = pathlib.Path(folder) / "initramfs"
    packaged.make_initramfs("--add", LINUX / "initramfs", initramfs, *packaged.items(initramfs.parent / "tree", [], modules),
                            *more, *items)
    added = [f"{initramfs}:/usr/share/caec/{name}", f"{script}:/bin/{name}", f"{ROOT / 'linux/check/expect.sh'}:/bin/expect"]
    return ["--realm-kernel", *[word for item in added for word in ("--add", item)]]


def boot(sections, *options):
    """Runs {name: script} one after the other; what each of them said, and, as "log", the kernel's complaints."""
    script = [f"echo SECTION-{name}; {text}" for name, text in sections.items()]
    script.append(f"echo SECTION-log; {LOG} | grep -E '{COMPLAINTS}'; echo SECTION-end")
    words = [ROOT / "caec", "host", "--cpus", "2", *options, "--exec", "\n".join(script)]
    machine = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace", preexec_fn=child.of_ours(signal.SIGTERM))
    said = []
    for line in machine.stdout:
        print(line, end="", flush=True)
        said.append(line)
    machine.wait()
    return dict(part.split("\n", 1) for part in re.split(r"^SECTION-", "".join(said), flags=re.M)[1:])


def judge(sections, said, expected):
    """Ends the program. What is expected of a section, unless `expected` has something else, is that it held."""
    for name in sections:
        for pattern in expected.get(name, [HELD, GONE] if name == "group" else [HELD]):
            expect(f"{name}: /{pattern}/", re.search(pattern, said.get(name, ""), re.M))
    expect("the kernel complains of nothing", said.get("log") == "", said.get("log", "(it did not get there)"))
    expect("the machine came to its end", "end" in said)
    verdict()
