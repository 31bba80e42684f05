"""Realms that infer with one model, on the machine: each with its own copy, or all with one in place. For ./caec evaluate model.

A run is kept in build/evaluation/model: nobody wants to wait for it twice. Realms join it one by one, and what the first n of them
take when the nth has joined is what n realms take: the others have done nothing but boot.
"""
import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import evaluation
import gpt2
import realms
from evaluation import say

ROOT = evaluation.ROOT
BUILD = ROOT / "build"
LLAMA = BUILD / "deps/llama"
KEPT = evaluation.OUTPUT / "model"
MIB, PAGE = 1 << 20, 4096
NAMES = "ABCD"
# Of the bare host, for realms: PLATFORM_FREE_* of host/board/platform.h, less what it keeps for itself.
HOST_MIB = 2496 - 64
LEAST_MIB = 256
RAM_BASE = 0x80000000  # LINUX_RAM_BASE of host/linux/linux_layout.h
# Of the files that are made here: gpt2.py's shape, and what its weights are.
MODELS = {"gpt2": ("gpt2", "q8_0"), "gpt2-medium": ("gpt2-medium", "q8_0"), "gpt2-f16": ("gpt2", "f16")}
# As the paper's realms are (Table 4): bytes of each with its own copy. Those of f16 are larger by what the file is.
SIZED = {"gpt2": 480 * 10**6, "gpt2-medium": 1000 * 10**6, "gpt2-f16": 630 * 10**6}
TOKENS, ENDLESS = 4, 200
PROMPT = "abcdefgh"  # four words of the made-up vocabulary
KEPT_ONES, OTHERS, ALWAYS = "kept", "others", "always"  # runs that are not measured again: all, those of this build, none
# What a run is of, beside the model: images, modules, programs, packages.
INGREDIENTS = ["firmware-release/qemu_fw.bios", "linux/modules/csm/caec_csm.ko", "linux/modules/csm_blk/csm_blk.ko", "linux/bin/csm",
               "deps/linux/version", "deps/llama/version"]

INFER = """#!/bin/sh
# infer MODEL COUNT OUT: so many words to OUT, what llama.cpp says of itself to OUT.log. Nothing else runs in the realm meanwhile.
export LD_LIBRARY_PATH=/usr/lib/aarch64-linux-gnu:/usr/lib/aarch64-linux-gnu/llama HOME=/tmp
exec llama-completion -m $1 -n $2 -p PROMPT -t 1 -c 64 --temp 0 --seed 1 --ignore-eos --no-repack --no-warmup -no-cnv </dev/null >$3 2>$3.log
"""
# account MODEL: stops llama.cpp after its first words, and says how much of the model is mapped then, how much memory is the
# program's own, and what the kernel has in tables of pages and in the nodes of trees that page caches are.
ACCOUNT = """#!/bin/sh
rm -f /tmp/held
sh /infer $1 ENDLESS /tmp/held &
p=$!
until [ "$(cat /tmp/held 2>/dev/null | wc -c)" -gt FIRST ]; do usleep 200000; done
kill -STOP $p
grep -A 4 " $1" /proc/$p/smaps
grep RssAnon /proc/$p/status
grep -E '^(MemTotal|MemFree|Cached|PageTables):' /proc/meminfo
grep '^radix_tree_node ' /proc/slabinfo
kill -KILL $p
"""
SCRIPTS = {"/infer": INFER.replace("PROMPT", PROMPT), "/account": ACCOUNT.replace("ENDLESS", str(ENDLESS)).replace("FIRST", str(len(PROMPT) + 8))}


# --- What is run -----------------------------------------------------------------------------------------------

def model(shape, given=None):
    """The file: the user's own, or one that is made here."""
    return pathlib.Path(given).resolve() if given else made(*MODELS[shape])


def made(of, kind):
    """A file of this shape with such weights."""
    path = BUILD / f"models/{of}-{kind}.gguf"
    if not path.exists() or path.stat().st_mtime < (ROOT / "tools/gpt2.py").stat().st_mtime:
        say(f"Making {path.name} ...")
        path.parent.mkdir(parents=True, exist_ok=True)
        gpt2.write(path, of, kind)
    return path


@functools.cache
def name_of(path):
    """Of what is kept about a file: what is in it counts, too."""
    with open(path, "rb") as file:
        return f"{path.stem}-{hashlib.file_digest(file, 'sha256').hexdigest()[:8]}"


def disk(path):
    """An EROFS image with llama.cpp and the model, which all realms can read."""
    image, folder = KEPT / f"{name_of(path)}.disk", KEPT / "folder"
    if not image.exists() or image.stat().st_mtime < (LLAMA / "version").stat().st_mtime:
        say(f"Making a disk with {path.name} ...")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(LLAMA / "usr", folder / "usr", symlinks=True)
        (folder / "model").mkdir()
        shutil.copyfile(path, folder / "model/model.gguf")
        subprocess.run(["mkfs.erofs", "--quiet", "-T0", "--all-root", f"{image}.new", folder], check=True, stdout=subprocess.DEVNULL)
        os.rename(f"{image}.new", image)
        shutil.rmtree(folder)
    return image


def build():
    """Of what is here now."""
    parts = [*((BUILD / name).read_bytes() for name in INGREDIENTS), *(text.encode() for text in SCRIPTS.values())]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


def memory_mib(sized, path, count, shared):
    """Of each realm: as the paper's; less the model where that is outside; less than that where the machine has no more."""
    wanted = sized // MIB - (path.stat().st_size // MIB if shared else 0)
    room = HOST_MIB - (disk(path).stat().st_size // MIB + 1)
    return max(LEAST_MIB, min(wanted, room // count))


# --- In the realms ---------------------------------------------------------------------------------------------

def number(text, pattern):
    found = re.search(pattern, text, re.M)
    return float(found[1]) if found else sys.exit(f"evaluate: a realm did not say {pattern}:\n{text[-1000:]}")


class Party:
    """Realms that have llama.cpp, and a host that counts."""

    def __init__(self, path, count, mib):
        self.said, self.mib, self.started = [], mib, time.monotonic()
        self.say("the realms boot ...")
        command = realms.command("--host", "--icount", "--cpus", 1, "--memory", mib, "--disk", disk(path), "--timeout", 7200,
                                 more=[f"{realms.OUT}/bin/csm-bench:/bin/csm-bench"], count=count)
        self.names = NAMES[:count]
        self.m = realms.Realms(command, self.said.append, self.names)
        try:
            self.prepare()
        except BaseException:
            self.kill()
            raise

    def prepare(self):
        self.rids = dict(zip(self.names, self.m.identifiers()))
        for name in self.names:
            self.do(name, "modprobe erofs; mkdir -p /disk /model; mount -t erofs /dev/vda /disk; ln -s /disk/usr /usr; "
                          "ln -s /usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1 /lib/")
            for there, text in SCRIPTS.items():
                self.m.put(name, there, text.encode())
        self.booted = {name: self.count(name) for name in self.names}

    def say(self, text):
        """After so many seconds."""
        say(f"    {time.monotonic() - self.started:5.0f} s: {text}")

    def do(self, name, command):
        status, text = self.m.run(name, command)
        if status:
            sys.exit(f"evaluate: realm {name}: `{command}` ended with status {status}: {text[-500:]}")
        return text

    def count(self, name):
        """Granules that the host has delegated for it."""
        return int(self.m.host(f"count {name}")[0].split()[0])

    def entries(self, name, base, size):
        """Of its tables, that map something there: blocks of 2 MiB, and pages."""
        return [int(word) for word in self.m.host(f"entries {name} {base} {size}")[0].split()]

    def place(self, name, kind):
        """Where what the realm has of confidential shared memory begins: a region, an attachment."""
        return self.do(name, f"csm list | grep ^{kind} | cut -f 7")

    def infer(self, name, gguf):
        """What it said, and what it took: nothing else runs."""
        self.say(f"realm {name} infers ...")
        self.do(name, f"sh /infer {gguf} {TOKENS} /tmp/out")
        text = self.do(name, "cat /tmp/out.log")
        minutes, seconds, thousandths, millionths = map(int, re.search(r"^(\d+)\.(\d+)\.(\d+)\.(\d+) I generate:", text, re.M).groups())
        return {
            "said": self.do(name, "sha256sum </tmp/out").split()[0],
            "text": self.do(name, "cat /tmp/out"),
            # Under -icount a nanosecond is an instruction.
            "load_instructions": ((minutes * 60 + seconds) * 1000 + thousandths) * 10**6 + millionths * 1000,
            "prompt_instructions": round(number(text, r"prompt eval time = +([\d.]+) ms") * 10**6),
            "token_instructions": round(number(text, r"print: +eval time = .*\( *([\d.]+) ms per token") * 10**6),
            "prompt_tokens": int(number(text, r"prompt eval time = .*/ +(\d+) tokens")),
        }

    def account(self, name, gguf):
        """Memory, while it infers once more: the realm's own account, and the host's."""
        self.say(f"realm {name}'s memory, in the middle of inferring ...")
        text = self.do(name, f"sh /account {gguf}")
        objects, size = map(int, re.search(r"^radix_tree_node +\d+ +(\d+) +(\d+)", text, re.M).groups())
        return {
            "mapped_kib": sum(map(int, re.findall(r"^Rss: +(\d+) kB", text, re.M))),
            "anonymous_kib": int(number(text, r"^RssAnon:\s+(\d+) kB")),
            "page_tables_kib": int(number(text, r"^PageTables: +(\d+) kB")),
            "tree_bytes": objects * size,
            "meminfo_kib": {key: int(value) for key, value in re.findall(r"^(MemTotal|MemFree|Cached|PageTables): +(\d+) kB", text, re.M)},
            "granules": self.count(name),
            "ram_entries": self.entries(name, RAM_BASE, self.mib * MIB),
        }

    def kill(self):
        self.m.kill()

    def off(self):
        self.say("the realms turn themselves off, and the host gets everything back ...")
        for name in self.names:
            text = self.m.run(name, "dmesg | grep -E 'Oops|BUG|WARNING|Internal error|Call trace'")[1]
            if text:
                sys.exit(f"evaluate: realm {name}'s kernel complains: {text[-500:]}")
        if not self.m.off():
            sys.exit("evaluate: the realms did not turn themselves off:\n" + "\n".join(self.said[-20:]))


def join(party, result, name, gguf, keep):
    """One more realm infers, and the host counts the granules of all that have."""
    one = party.infer(name, gguf)
    result["realms"][name] = one | {"granules_of_all": [party.count(other) for other in [*result["realms"], name]]}
    keep()


def account(party, result, gguf, keep):
    """When all have inferred, in A and in one of the others: these are alike."""
    for name in "AB":
        result["realms"][name]["account"] = party.account(name, gguf)
    keep()


def own(party, result, keep):
    for name in party.names:
        join(party, result, name, "/disk/model/model.gguf", keep)
    account(party, result, "/disk/model/model.gguf", keep)


def attach_ticks(party, name, region):
    """What attaching takes by itself, and with page structures: by a share of its own each time."""
    ticks = {}
    for what, option in (("attach", ""), ("attach_dax", "dax")):
        n, size = party.do("A", f"csm share {region} {party.rids[name]} ro").split()
        text = party.do(name, f"csm-bench attach {party.rids['A']} {n} {size} {option}")
        scale = 10**9 / int(re.search(r"^FREQUENCY (\d+)$", text, re.M)[1])
        ticks[f"{what}_instructions"] = round(int(re.search(r"^TICKS \w+ (\d+)", text, re.M)[1]) * scale)
    return ticks


def mount(party, name, region):
    """A shares with this realm, which has the model in place then. The entries of its tables for it."""
    n, size = party.do("A", f"csm share {region} {party.rids[name]} ro").split()
    party.do(name, f"csm mount {party.rids['A']} {n} {size} /model")
    return n, party.entries(name, party.place(name, "attachment"), size)


def shared(party, result, keep):
    party.say("realm A serves the model ...")
    region, size = party.do("A", "csm serve /disk/model --dax").split()
    party.do("A", f"mount -t erofs -o ro,dax=always $(csm block {region}) /model")
    result |= {"region": int(size), "region_entries": party.entries("A", party.place("A", "region"), size)}
    join(party, result, "A", "/model/model.gguf", keep)
    result |= attach_ticks(party, "B", region)
    numbers = {}
    for name in party.names[1:]:
        numbers[name], result["entries"] = mount(party, name, region)
        join(party, result, name, "/model/model.gguf", keep)
    account(party, result, "/model/model.gguf", keep)
    result["revoked"] = revoke(party, "B", region, numbers["B"])


def revoke(party, name, region, n):
    """A takes the model from a realm that infers. How its program ends, and whether A and the last realm say what they said."""
    party.say(f"realm A revokes while realm {name} infers ...")
    party.do(name, f"sh /infer /model/model.gguf {ENDLESS} /tmp/revoked 2>/dev/null & echo $! >/tmp/pid; "
                   f"until [ $(cat /tmp/revoked 2>/dev/null | wc -c) -gt {len(PROMPT) + 8} ]; do sleep 1; done")
    party.do("A", f"csm revoke {region} {party.rids[name]} {n}")
    status, text = party.m.run(name, "wait $(cat /tmp/pid)")
    return {"status": status, "text": text[-200:],
            "others": {other: party.infer(other, "/model/model.gguf")["said"] for other in {"A", party.names[-1]} - {name}}}


# --- What is kept ------------------------------------------------------------------------------------------------

class Run:
    """So many realms with a copy of the model in each, or with one for all. Kept after each realm: what breaks off is not lost."""

    def __init__(self, path, sized, count, is_shared):
        self.path, self.count, self.is_shared = path, count, is_shared
        self.mib = memory_mib(sized, path, count, is_shared)
        self.whole = KEPT / f"{name_of(path)}-{count}-{'shared' if is_shared else 'own'}.json"
        self.part = self.whole.with_suffix(".part.json")

    def kept(self):
        """The whole run, or how far one got. None: nothing is there."""
        return next((json.loads(at.read_text()) for at in (self.whole, self.part) if at.exists()), None)

    def bring(self, again):
        """Measured, if it is not kept whole, or if it shall be anew."""
        if not self.whole.exists() or again == ALWAYS or (again == OTHERS and self.kept()["build"] != build()):
            self.measure()
        else:
            note = "" if self.kept()["build"] == build() else ", of another build (--again: anew)"
            say(f"    kept: {self.whole.name}{note}")

    def measure(self):
        """Anew. What was there is replaced when this has got as far."""
        say(f"{self.count} realms of {self.mib} MiB, {'one model for all' if self.is_shared else 'a copy of the model in each'} ...")
        before = json.loads(self.part.read_text())["realms"] if self.part.exists() else {}
        result = {"memory_mib": self.mib, "model": self.path.stat().st_size, "build": build(), "realms": {}}

        def keep():
            if len(result["realms"]) >= len(before):
                write(self.part, result)

        party = Party(self.path, self.count, self.mib)
        try:
            result["booted"] = party.booted
            (shared if self.is_shared else own)(party, result, keep)
            keep()
            party.off()
        finally:
            party.kill()
        self.part.rename(self.whole)


def write(path, result):
    evaluation.write(path, json.dumps(result, indent=2) + "\n")
