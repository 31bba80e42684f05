"""Copies of the tree, where one fault at a time is put in, built and looked for."""
import contextlib
import copy
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from seeds import ROOT

FETCHED = ("deps", "tfa")  # what `./caec build` fetches and builds of others; a copy uses the same
TIMED_OUT = 124            # what timeout says
LATE = [TIMED_OUT] + [number for s in (signal.SIGXCPU, signal.SIGKILL) for number in (128 + s, 256 - s)]
GRACE = 5                  # seconds from a polite signal to the other
LOOK = 0.02                # seconds between looks at what a program has said
KEPT = 20000               # bytes at the end of what a program has said that go to the log

CASE = re.compile(rb"^\[ RUN      \] (\w+)", re.M)
FAILED = re.compile(rb"^\[  FAILED  \] (\w+)", re.M)


def files(tree):
    """All files of a tree but what was built and git's own."""
    for top in tree.iterdir():
        if top.name not in ("build", ".git"):
            yield from (f for f in ([top] if top.is_file() else top.rglob("*")) if f.is_file())


def environment():
    """With ccache, if it is there: what one copy has compiled the others, and the next run, have for nothing."""
    if not shutil.which("ccache"):
        return dict(os.environ)
    ours = {"CMAKE_C_COMPILER_LAUNCHER": "ccache", "CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "1"}
    return ours | os.environ


class Outcome:
    """Of one run of a program: its status, the case that failed first, seconds of CPU."""

    def __init__(self, status, said, cpu):
        self.cpu = cpu
        failed, begun = FAILED.search(said), CASE.findall(said)
        self.passed = status == 0 and not failed
        self.late = not failed and status in LATE
        self.case = "" if self.passed else (failed[1] if failed else begun[-1] if begun else b"").decode()


class Copy:
    def __init__(self, name):
        self.name = name
        self.path = ROOT / "build" / name
        self.environment = environment()
        self.tell(name)
        self.path.mkdir(exist_ok=True)
        self.refresh()

    def tell(self, name):
        self.log, self.said = (ROOT / f"build/log/{name}.{kind}" for kind in ("log", "said"))
        self.log.write_text("")

    def beside(self, number):
        """The same copy, to run programs in at the same time."""
        other = copy.copy(self)
        other.tell(f"{self.name}.{number}")
        return other

    def refresh(self):
        """Bring it up to date. Only files that differ are written, so that its builds are incremental."""
        seen = set()
        for source in files(ROOT):
            target = self.path / source.relative_to(ROOT)
            seen.add(target)
            if not target.exists() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
        for target in set(files(self.path)) - seen:
            target.unlink()
        (self.path / "build").mkdir(exist_ok=True)
        for name in FETCHED:
            link = self.path / "build" / name
            if not link.is_symlink():
                link.symlink_to(ROOT / "build" / name)

    @contextlib.contextmanager
    def changed(self, name, text):
        """While a file of it has this text."""
        target = self.path / name
        original = target.read_text()
        target.write_text(text)
        try:
            yield
        finally:
            target.write_text(original)

    def status(self, *command):
        """Run a command in it; its output goes to the end of the log."""
        with open(self.log, "a") as log:
            print("$", *command, file=log, flush=True)
            return subprocess.run(command, cwd=self.path, env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=log, stderr=log).returncode

    def passes(self, *command):
        return self.status(*command) == 0

    def watched(self, program, cpu, wall, **environment):
        """Run a test's program until its first case has failed: what it would say after that changes nothing.
        A limit of CPU time, which a busy machine does not use up; one by the clock, for what only waits."""
        command = ["timeout", "-k", str(GRACE), str(wall), "prlimit", f"--cpu={cpu}:{cpu + GRACE}", program]
        with open(self.said, "wb") as out:
            process = subprocess.Popen(command, cwd=self.path, env=self.environment | environment, stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=out, start_new_session=True)
        return self.outcome(process, " ".join(command))

    def outcome(self, process, command):
        ended, said, wait = 0, b"", LOOK / 4
        with open(self.said, "rb") as output:
            while not ended:
                time.sleep(wait)
                wait = min(LOOK, 2 * wait)
                ended, status, usage = os.wait4(process.pid, os.WNOHANG)
                said += output.read()
                if not ended and FAILED.search(said, max(0, len(said) - KEPT)):
                    os.killpg(process.pid, signal.SIGKILL)
                    ended, status, usage = os.wait4(process.pid, 0)
            said += output.read()
        process.returncode = os.waitstatus_to_exitcode(status) % 256  # that of a signal, too: timeout may hand it on
        with contextlib.suppress(ProcessLookupError):  # what it has left running
            os.killpg(process.pid, signal.SIGKILL)
        with open(self.log, "ab") as log:
            log.write(f"$ {command}\n".encode() + said[-KEPT:])
        return Outcome(process.returncode, said, usage.ru_utime + usage.ru_stime)
