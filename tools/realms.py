"""Linux realms that a program types at: what tests, the demo and the bench drive `./caec linux` with."""
import base64
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

import child

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "build/linux"
PATIENCE = 900  # seconds for one command; the machine is emulated
HOST = "H"
# For realms' command line: a CPU that gets no time of a busy machine for 20 s has not locked up; 120 s may pass.
SLOW_MACHINE = "watchdog_thresh=60"

# The initial RAM disk's /modules are loaded in order.
IN_THE_REALM = {
    "modules/csm/caec_csm.ko": "/modules/90-caec_csm.ko",
    "modules/csm_blk/csm_blk.ko": "/modules/91-csm_blk.ko",
    "modules/csm_net/csm_net.ko": "/modules/92-csm_net.ko",
    "bin/csm": "/bin/csm",
    "bin/csm-netperf": "/bin/csm-netperf",
    "bin/csm-check": "/bin/csm-check",
    "bin/csm-fuzz": "/bin/csm-fuzz",
}
# csm-bench (linux/bench): a CPU for each, and memory that both realms and the host see.
BENCH = ("--cpus", 1, "--visible", "--icount")
BENCH_ITEMS = (f"{OUT}/bin/csm-bench:/bin/csm-bench", f"{OUT}/modules/bench/visible/csm_bench_visible.ko:/modules/csm_bench_visible.ko")


def command(*options, packages=False, more=(), count=2):
    """`./caec linux` for `count` realms with the modules and programs of linux/ in them, by their packages or just as files;
    `more`: ITEM:PATH."""
    packaged = [built for built in IN_THE_REALM if packages and (built.startswith("modules/") or built == "bin/csm")]
    items = [f"{OUT / built}:{there}" for built, there in IN_THE_REALM.items() if built not in packaged]
    return [str(ROOT / "caec"), "linux", "--realms", str(count), "--modules", "erofs", "--append", SLOW_MACHINE,
            *(["--packages"] if packages else []), *map(str, options),
            *[word for item in [*items, *map(str, more)] for word in ("--add", item)]]


class Realms:
    """Shells behind one console: lines begin with the realm's name. With the option --host, H is the host's terminal."""

    def __init__(self, command, show=print, names="AB"):
        self.names = names
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace", bufsize=1, preexec_fn=child.of_ours(signal.SIGTERM))
        self.lines = {name: [] for name in [*names, HOST]}
        self.other = []
        self.show = show
        self.news = threading.Condition()
        self.count = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            line = line.rstrip("\n").replace("?", "\t")  # as which the console shows a tab
            self.show(line)
            match = re.match(r"\[([A-DH])\] ?(.*)", line)
            with self.news:
                (self.lines[match[1]] if match else self.other).append(match[2] if match else line)
                self.news.notify_all()
        with self.news:
            for lines in self.lines.values():
                lines.append(None)
            self.news.notify_all()

    def wait(self, realm, pattern, start, patience=PATIENCE):
        """The index of the first line from `start` on that has the pattern."""
        end = time.monotonic() + patience
        with self.news:
            while True:
                for index in range(start, len(self.lines[realm])):
                    line = self.lines[realm][index]
                    if line is None:
                        sys.exit(f"the machine ended while realm {realm} was asked for /{pattern}/")
                    if re.search(pattern, line):
                        return index
                start = len(self.lines[realm])
                if time.monotonic() > end or not self.news.wait(end - time.monotonic()):
                    sys.exit(f"realm {realm} did not say /{pattern}/ within {patience} s")

    def type(self, realm, text, to=":"):
        """To the shell; with "!" to whatever runs."""
        self.process.stdin.write(f"{realm}{to}{text}\n")
        self.process.stdin.flush()

    def begin(self, realm, command):
        """Types the command; returns where its output will begin, and the mark behind it."""
        self.count += 1
        start = len(self.lines[realm])
        self.type(realm, f'echo "BEGIN""-{self.count}-"; {command}; echo DONE-$?-{self.count}-')
        return self.wait(realm, f"^(realm# )*BEGIN-{self.count}-$", start) + 1, rf"DONE-(\d+)-{self.count}-$"

    def end(self, realm, begun):
        start, mark = begun
        index = self.wait(realm, mark, start)
        last = self.lines[realm][index]
        lines = [*self.lines[realm][start:index], re.sub(mark, "", last)]
        return int(re.search(mark, last)[1]), "\n".join(line for line in lines if line != "")

    def run(self, realm, command):
        """Exit status, and what it said."""
        return self.end(realm, self.begin(realm, command))

    def put(self, realm, path, data):
        """A small file."""
        text = base64.b64encode(data).decode()
        for at in range(0, len(text), 600):
            self.run(realm, f"echo {text[at:at + 600]} >>{path}.64")
        self.run(realm, f"base64 -d {path}.64 >{path}; rm {path}.64")

    def host(self, line):
        """What the host says to a line at its own terminal."""
        start = len(self.lines[HOST])
        self.type(HOST, line)
        return self.lines[HOST][start:self.wait(HOST, "^done$", start)]

    def identifiers(self):
        """Of all realms, once their shells are there. From then on their kernels say nothing on the console, not even of an emergency:
        in the middle of a prompt that would be waited for, for ever."""
        for realm in self.names:
            self.wait(realm, "^Enter 'help'", 0)
            self.run(realm, "echo 0 >/proc/sys/kernel/printk")
        return [self.run(realm, "csm id")[1] for realm in self.names]

    def network(self, rids, name="csm0", net="10.9.0"):
        """An interface in A and in B, with addresses NET.1 and NET.2."""
        a, b = rids
        _, row = self.run("A", f"csm net up {name} --peer {b} --number 1000000")
        _, row = self.run("B", f"csm net up {name} --peer {a} --number {row.split()[2]}")
        self.run("A", f"csm net up {name} --number {row.split()[2]}")
        for last, realm in enumerate("AB", 1):
            self.run(realm, f"ifconfig {name} {net}.{last} netmask 255.255.255.0 up")

    def kill(self):
        """At once, if it is still there: the machine ends with the program that runs it."""
        self.process.terminate()
        self.process.wait()

    def off(self):
        """True: all realms turned themselves off, and the host got everything back."""
        self.process.stdin.close()
        return self.process.wait(PATIENCE) == 0


def run_bench(m, rids, *how):
    """csm-bench in both realms: what each answered. `how`: its last word."""
    a, b = rids
    offered = m.begin("A", " ".join(("csm-bench offer", b, *how)))
    n = m.lines["A"][m.wait("A", "^N ", offered[0])].split()[1]
    taken = m.run("B", " ".join(("csm-bench take", a, n, *how)))
    return [m.end("A", offered), taken]
