#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""test_vmm_command.py: what caec-vmm says and refuses on a machine without realms, and that its measurements are
caec-measure's."""

import contextlib
import fcntl
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests"))
import cases  # noqa: E402

NATIVE = ROOT / "build/native"
VMM = NATIVE / "linux/vmm/caec-vmm"
MEASURE = NATIVE / "measure/caec-measure"


def run(*command, program=VMM):
    return subprocess.run([program, *map(str, command)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60)


def image(folder, size=100000, needs=1 << 24, name="Image"):
    content = bytearray(os.urandom(64) * (size // 64 + 1))[:size]
    content[:2] = b"\0\0"
    content[16:24] = needs.to_bytes(8, "little")
    content[56:60] = b"ARMd"
    (folder / name).write_bytes(content)
    return folder / name


def refused(status, words, *command):
    done = run(*command)
    kinds = {1: "usage", 2: "malformed", 6: "policy", 8: "failure", 9: "unsupported", 12: "not-found"}
    assert (done.returncode, done.stdout) == (status, ""), (command, done)
    assert done.stderr.startswith(f"caec-vmm: {kinds[status]}: ") and words in done.stderr, (command, done)


# What is wrong, and what is said of it.
OPTIONS = (
    (["--memory", "100"], "memory: '100'"), (["--memory", "255M"], "memory"), (["--memory", "4G"], "memory"),
    (["--memory", "257"], "memory"), (["--memory", "-1"], "memory"), (["--memory", "18446744073709551615"], "memory"),
    (["--memory", "512", "--memory", "512"], "twice"),
    (["--cpus", "0"], "cpus"), (["--cpus", "9"], "cpus"), (["--cpus", "two"], "cpus: 'two'"),
    (["--console", "none"], "console: 'none' is neither stdio, pty nor socket"),
    (["--console-device", "vga"], "console-device: 'vga' is neither pl011 nor virtio"),
    (["--csm", "yes"], "csm"), (["--csm", "off", "--csm-allow", "a"], "without csm"),
    (["--csm-allow", "a,,b"], "csm-allow"), (["--csm-allow", ",".join("abcdefghijklmnopq")], "more than 16"),
    (["--csm-limit", "0"], "csm-limit"), (["--csm-limit", "x"], "csm-limit"),
    (["--net", "tap="], "net"), (["--net", "tap=../x"], "net"), (["--net", "tap=" + 16 * "x"], "net"),
    (["--net", "bridge"], "net: 'bridge'"),
    (["--vsock", "2"], "vsock: '2'"), (["--vsock", "4294967295"], "vsock"), (["--vsock", "x"], "vsock"),
    (["--disk", ""], "disk"), (5 * ["--disk", "x"], "disk: there are more than 4"),
    (["--name", ""], "name"), (["--name", "../x"], "name"), (["--name", ".x"], "name"), (["--name", 32 * "x"], "name"),
    (["--expect-rim", "00"], "expect-rim: 2"), (["--expect-rim", 64 * "g"], "expect-rim: 'gg'"),
    (["--expect-rim", 64 * "0", "--hash", "sha-512"], "not of that --hash"),
    (["--hash", "md5"], "hash"), (["--num-bps", "0"], "num-bps"), (["--num-wps", "64"], "num-wps"),
    (["--append", 1025 * "x"], "append"), (["--nothing", "x"], "no such option: --nothing"),
    (["--memory"], "--KEY VALUE"), (["word"], "--KEY VALUE"), (["--force"], "--KEY VALUE"),
    (["--initrd", ""], "initrd: a file"), (["--state", ""], "state"),
)


def test_options(folder):
    kernel = image(folder)
    for command in ("run", "measure"):
        for words, said in OPTIONS:
            refused(1, said, command, "--kernel", kernel, *words)
        refused(1, "no --kernel", command)
    refused(1, "KEY VALUE", "run", "--kernel", kernel, "--json")
    for command in ("info", "stop", "console"):
        refused(1, "name is wanted", command)
        refused(1, "name is wanted", command, "../x")
        refused(1, "not 'b' as well", command, "a", "b")
        refused(1, "no such option: --cpus", command, "a", "--cpus", "1")
        refused(12, "no realm 'a'", command, "a", "--state", folder / "none")
    refused(1, "timeout", "stop", "a", "--timeout", "0")
    refused(1, "a command is wanted")
    refused(1, "no command 'start'", "start")


def test_files(folder):
    kernel = image(folder)
    (folder / "text").write_text("not a kernel, and long enough to have a header: " + 40 * "x")
    (folder / "packed").write_bytes(b"\x1f\x8b" + bytes(100))
    (folder / "empty").write_bytes(b"")
    image(folder, needs=1 << 27, name="big")
    for command in ("run", "measure"):
        state = ("--state", folder / "state")
        refused(8, "cannot read", command, "--kernel", folder / "none", *state)
        refused(8, "cannot read", command, "--kernel", kernel, "--initrd", folder, *state)
        refused(2, "not an arm64 Image", command, "--kernel", folder / "text", *state)
        refused(2, "compressed (gzip)", command, "--kernel", folder / "packed", *state)
        refused(2, "is empty", command, "--kernel", kernel, "--initrd", folder / "empty", *state)
        refused(2, "takes more than 126 MiB", command, "--kernel", folder / "big", *state)
        with open(folder / "large", "wb") as file:
            file.truncate(200 << 20)
        refused(2, "there is room for 128", command, "--kernel", kernel, "--initrd", folder / "large", "--memory",
                "256", *state)
    assert not list((folder / "state").iterdir()), "realms that never were"


def rim(*words):
    done = run("measure", *words)
    assert done.returncode == 0 and done.stderr == "", (words, done)
    return done.stdout.strip()


def test_measure(folder):
    """The tool's RIM is that of caec-measure for what --save describes; every option that the realm can see changes it."""
    kernel, initrd = image(folder), image(folder, size=300001, name="initrd")
    seen = {}
    for words in ([], ["--cpus", "1"], ["--cpus", "8"], ["--memory", "256"], ["--memory", "2G"], ["--append", "quiet"],
                  ["--csm", "off"], ["--disk", "a"], ["--disk", "a", "--disk", "b"],
                  ["--console-device", "virtio"],
                  ["--hash", "sha-512"], ["--num-bps", "2"], ["--num-wps", "2"],
                  ["--initrd", str(initrd)]):
        value = rim("--kernel", kernel, *words, "--save", folder / "saved")
        theirs = run("--description", folder / "saved/description", program=MEASURE)
        assert theirs.stdout.strip() == value, (words, value, theirs)
        assert value not in seen, (words, seen[value])
        seen[value] = words
    base = rim("--kernel", kernel)
    for words in (["--name", "other"], ["--console", "pty"], ["--state", "x"], ["--user", "x"], ["--csm-allow", "a"],
                  ["--csm-limit", "1G"], ["--expect-rim", base]):
        assert rim("--kernel", kernel, *words) == base, words
    assert rim("--kernel", kernel, "--disk", "a") == rim("--kernel", kernel, "--disk", "b,ro")
    # The tree says where a device is, not what it is.
    assert rim("--kernel", kernel, "--net", "user") == rim("--kernel", kernel, "--net", "tap=x") == \
        rim("--kernel", kernel, "--vsock", "3") == rim("--kernel", kernel, "--vsock", "4") == \
        rim("--kernel", kernel, "--disk", "a") != base
    shown = json.loads(rim("--kernel", kernel, "--json"))
    assert shown["rim"] == base and shown["hash"] == "sha-256", shown
    refused(6, base, "measure", "--kernel", kernel, "--expect-rim", 64 * "0")


def test_config(folder):
    kernel = image(folder)
    file = folder / "realm.json"

    def write(value):
        file.write_text(value if isinstance(value, str) else json.dumps(value))

    write({"kernel": str(kernel), "cpus": 1, "csm": False, "disk": ["a", "b,ro"], "memory": "1G", "append": "x=y"})
    words = ["--kernel", kernel, "--cpus", "1", "--csm", "off", "--disk", "a", "--disk", "b,ro", "--memory", "1G",
             "--append", "x=y"]
    assert rim("--config", file) == rim(*words)
    assert rim("--cpus", "3", "--config", file) == rim(*["3" if word == "1" else word for word in words])
    for value, status, said in (("{", 2, "realm.json:"), ("[]", 2, "not an object"), ({"nothing": 1}, 2, "no 'nothing'"),
                                ({"cpus": 1.5}, 2, "cpus"), ({"cpus": 99}, 2, "'99'"), ({"disk": [{}]}, 2, "disk"),
                                ('{"cpus": 1, "cpus": 2}', 2, "realm.json:"), ({"kernel": None}, 2, "kernel"),
                                ({"cpus": [1, 2]}, 2, "twice"), ({"config": "x"}, 2, "no 'config'")):
        write(value)
        refused(status, said, "measure", "--config", file)
    refused(8, "none.json", "measure", "--config", folder / "none.json")


def test_without_realms(folder):
    kernel = image(folder)
    done = run("list", "--state", folder / "none")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
    assert run("list", "--json", "--state", folder / "none").stdout.strip() == "[]"
    if not os.path.exists("/dev/caec"):
        refused(9, "/dev/caec", "host")
        refused(9, "/dev/caec", "run", "--kernel", kernel, "--state", folder / "state")
        assert not list((folder / "state").iterdir())


@contextlib.contextmanager
def process(state, name, serve):
    """A process that has a realm's folder, and does what `serve` does with each who asks it about the realm."""
    folder = state / name
    folder.mkdir(parents=True)
    with open(folder / "lock", "w", encoding="ascii") as lock, socket.socket(socket.AF_UNIX) as listener:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        listener.bind(os.path.relpath(folder / "info"))
        listener.listen()

        def answer():
            with contextlib.suppress(OSError):
                while True:
                    serve(listener.accept()[0])

        threading.Thread(target=answer, daemon=True).start()
        yield
        listener.shutdown(socket.SHUT_RDWR)


def endless(call):
    """Says a text without an end."""
    with contextlib.suppress(OSError):
        call.sendall(b'{"state": "')
        while True:
            call.sendall(b"x" * 65536)


def drip(call):
    """A byte now and then."""
    with contextlib.suppress(OSError):
        while True:
            call.sendall(b" ")
            time.sleep(0.2)


def test_hostile_processes(folder):
    """One realm's process can't keep the list of all from who asks for it, nor fill his memory."""
    state = folder / "state"
    calls = []
    honest = b'{"state": "running", "cpus": 2, "memory": 268435456, "console": "pty"}'
    with process(state, "a-silent", calls.append), process(state, "b-endless", endless), process(state, "c-drip", drip), \
            process(state, "d-honest", lambda call: (call.sendall(honest), call.close())):
        began = time.monotonic()
        listed = json.loads(run("list", "--json", "--state", state).stdout)
        took = time.monotonic() - began
    assert listed[:3] == [{"name": name} for name in ("a-silent", "b-endless", "c-drip")], listed
    assert listed[3]["state"] == "running" and listed[3]["cpus"] == 2, listed
    assert 5 <= took < 60, took


def test_manual(folder):
    """The page has every option of the help text, and its statuses are those of the table of all programs."""
    page = (ROOT / "linux/vmm/caec-vmm.1.in").read_text()
    for option in set(re.findall(r"--([a-z-]+)", run("--help").stdout)):
        assert "Fl \\-" + option.replace("-", "\\-") in page, option
    for status in re.findall(r"\b(\d+) (?:\(|usage|malformed|policy|failure|unsupported|not-found|host|ended)",
                             run("--help").stdout.partition("Exit status")[2]):
        assert f".It {status}\n" in page, status
    table = (ROOT / "docs/exit-status.md").read_text()
    column = [cell.strip() for cell in re.search(r"^\| status .*$", table, re.M)[0].split("|")].index("`caec-vmm`")
    listed = {row.split("|")[1].strip() for row in re.findall(r"^\| \d+ .*$", table, re.M)
              if row.split("|")[column].strip() == "x"}
    assert listed == set(re.findall(r"^\.It (\d+)$", page, re.M)), listed


cases.run((test_options, test_files, test_measure, test_config, test_without_realms,
           test_hostile_processes, test_manual))
