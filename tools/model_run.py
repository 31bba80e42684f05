"""Realms that infer with one model, on the machine: each with its own copy, or all with one in place. For ./caec evaluate model.

A run is kept in build/evaluation/model: nobody wants to wait for it twice. Realms join it one by one, and what the first n of them
take when the nth has joined is what n realms take: the others have done nothing but boot.
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

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
# As the paper's realms are (Table 4): bytes of each with its own copy.
SIZED = {"gpt2": 480 * 10**6, "gpt2-medium": 1000 * 10**6}
TOKENS, ENDLESS = 4, 200
PROMPT = "abcdefgh"  # four words of the made-up vocabulary
# What a run is of, beside the model: images, modules, programs, packages.
INGREDIENTS = ["firmware-release/qemu_fw.bios", "linux/modules/csm/caec_csm.ko", "linux/modules/csm_blk/csm_blk.ko", "linux/bin/csm",
               "deps/linux/version", "deps/llama/version"]

INFER = """#!/bin/sh
# infer MODEL COUNT OUT: so many words to OUT, what llama.cpp says of itself to OUT.log. Five times a second, how much of the
# model is mapped and how much memory is the program's own, to OUT.rss. Ends as it ends.
export LD_LIBRARY_PATH=/usr/lib/aarch64-linux-gnu:/usr/lib/aarch64-linux-gnu/llama HOME=/tmp
llama-completion -m $1 -n $2 -p PROMPT -t 1 -c 64 --temp 0 --seed 1 --ignore-eos --no-repack --no-warmup -no-cnv </dev/null >$3 2>$3.log &
p=$!
while usleep 200000; do
    grep -A 4 " $1" /proc/$p/smaps >$3.smaps 2>/dev/null && grep RssAnon /proc/$p/status >>$3.smaps 2>/dev/null && mv $3.smaps $3.rss
done &
s=$!
wait $p
r=$?
kill $s
exit $r
"""


# --- What is run -----------------------------------------------------------------------------------------------

def model(shape, kind, given=None):
    """The file: the user's own, or one that is made here."""
    if given:
        return pathlib.Path(given).resolve()
    path = BUILD / f"models/{shape}-{kind}.gguf"
    if not path.exists() or path.stat().st_mtime < (ROOT / "tools/gpt2.py").stat().st_mtime:
        say(f"Making {path.name} ...")
        path.parent.mkdir(parents=True, exist_ok=True)
        gpt2.write(path, shape, kind)
    return path


def disk(path):
    """An EROFS image with llama.cpp and the model, which all realms can read."""
    image, folder = KEPT / f"{path.stem}.disk", KEPT / "folder"
    newest = max(path.stat().st_mtime, (LLAMA / "version").stat().st_mtime)
    if not image.exists() or image.stat().st_mtime < newest:
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
    return hashlib.sha256(b"".join((BUILD / name).read_bytes() for name in INGREDIENTS)).hexdigest()[:12]


def memory_mib(sized, path, count, shared):
    """Of each realm: as the paper's; less the model where that is outside; less than that where the machine has no more."""
    wanted = sized // MIB - (path.stat().st_size // MIB if shared else 0)
    room = HOST_MIB - (disk(path).stat().st_size // MIB + 1)
    return max(LEAST_MIB, min(wanted, room // count))


# --- In the realms ---------------------------------------------------------------------------------------------

class Party:
    """Realms that have llama.cpp, and a host that counts."""

    def __init__(self, path, count, mib):
        self.said = []
        command = realms.command("--host", "--icount", "--cpus", 1, "--memory", mib, "--disk", disk(path), "--timeout", 7200,
                                 more=[f"{realms.OUT}/bin/csm-bench:/bin/csm-bench"], count=count)
        self.names = NAMES[:count]
        self.m = realms.Realms(command, self.said.append, self.names)
        self.rids = dict(zip(self.names, self.m.identifiers()))
        for name in self.names:
            self.do(name, "modprobe erofs; mkdir -p /disk /model; mount -t erofs /dev/vda /disk; ln -s /disk/usr /usr; "
                          "ln -s /usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1 /lib/")
            self.m.put(name, "/infer", INFER.replace("PROMPT", PROMPT).encode())
        self.booted = {name: self.count(name) for name in self.names}

    def do(self, name, command):
        status, text = self.m.run(name, command)
        if status:
            sys.exit(f"evaluate: realm {name}: `{command}` ended with status {status}: {text[-500:]}")
        return text

    def count(self, name):
        """Granules that the host has delegated for it."""
        return int(self.m.host(f"count {name}")[0].split()[0])

    def infer(self, name, gguf):
        """What it said, and what it took."""
        say(f"    realm {name} infers ...")
        self.do(name, f"sh /infer {gguf} {TOKENS} /tmp/out")
        text = self.do(name, "cat /tmp/out.log /tmp/out.rss; grep -E '^(MemTotal|MemFree|Cached|PageTables):' /proc/meminfo")

        def number(pattern):
            found = re.search(pattern, text, re.M)
            return float(found[1]) if found else sys.exit(f"evaluate: realm {name} did not say {pattern}:\n{text[-1000:]}")

        minutes, seconds, thousandths, millionths = map(int, re.search(r"^(\d+)\.(\d+)\.(\d+)\.(\d+) I generate:", text, re.M).groups())
        return {
            "said": self.do(name, "sha256sum </tmp/out").split()[0],
            "text": self.do(name, "cat /tmp/out"),
            # Under -icount a nanosecond is an instruction.
            "load_instructions": ((minutes * 60 + seconds) * 1000 + thousandths) * 10**6 + millionths * 1000,
            "prompt_instructions": round(number(r"prompt eval time = +([\d.]+) ms") * 10**6),
            "token_instructions": round(number(r"print: +eval time = .*\( *([\d.]+) ms per token") * 10**6),
            "prompt_tokens": int(number(r"prompt eval time = .*/ +(\d+) tokens")),
            "mapped_kib": sum(map(int, re.findall(r"^Rss: +(\d+) kB", text, re.M))),
            "anonymous_kib": int(number(r"^RssAnon:\s+(\d+) kB")),
            "meminfo_kib": {key: int(value) for key, value in re.findall(r"^(MemTotal|MemFree|Cached|PageTables): +(\d+) kB", text, re.M)},
            "granules": self.count(name),
        }

    def off(self):
        for name in self.names:
            text = self.m.run(name, "dmesg | grep -E 'Oops|BUG|WARNING|Internal error|Call trace'")[1]
            if text:
                sys.exit(f"evaluate: realm {name}'s kernel complains: {text[-500:]}")
        if not self.m.off():
            sys.exit("evaluate: the realms did not turn themselves off:\n" + "\n".join(self.said[-20:]))


def joined(party, names, gguf):
    """The last of `names` infers, and the host counts the granules of all these."""
    result = party.infer(names[-1], gguf)
    return result | {"granules_of_all": [party.count(name) for name in names]}


def own(party, result):
    result["realms"] = {}
    for i, name in enumerate(party.names, 1):
        result["realms"][name] = joined(party, party.names[:i], "/disk/model/model.gguf")


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
    base = party.do(name, "csm list | grep ^attachment | cut -f 7")
    return n, [int(word) for word in party.m.host(f"entries {name} {base} {size}")[0].split()]


def shared(party, result):
    say("    realm A serves the model ...")
    region, size = party.do("A", "csm serve /disk/model --dax").split()
    party.do("A", f"mount -t erofs -o ro,dax=always $(csm block {region}) /model")
    result |= {"region": int(size), "realms": {"A": joined(party, "A", "/model/model.gguf")}}
    result |= attach_ticks(party, "B", region)
    numbers = {}
    for i, name in enumerate(party.names[1:], 2):
        numbers[name], result["entries"] = mount(party, name, region)
        result["realms"][name] = joined(party, party.names[:i], "/model/model.gguf")
    result["revoked"] = revoke(party, "B", region, numbers["B"])


def revoke(party, name, region, n):
    """A takes the model from a realm that infers. How its program ends, and whether the others say what they said."""
    say(f"    realm A revokes while realm {name} infers ...")
    party.do(name, f"sh /infer /model/model.gguf {ENDLESS} /tmp/revoked 2>/dev/null & echo $! >/tmp/pid; "
                   f"until [ $(cat /tmp/revoked 2>/dev/null | wc -c) -gt {len(PROMPT) + 8} ]; do sleep 1; done")
    party.do("A", f"csm revoke {region} {party.rids[name]} {n}")
    status, text = party.m.run(name, "wait $(cat /tmp/pid)")
    return {"status": status, "text": text[-200:],
            "others": {other: party.infer(other, "/model/model.gguf")["said"] for other in party.names if other != name}}


def run(path, sized, count, is_shared, again=False):
    """Anew, or as it is kept."""
    at = KEPT / f"{path.stem}-{count}-{'shared' if is_shared else 'own'}.json"
    if at.exists() and not again:
        result = json.loads(at.read_text())
        note = "" if result["build"] == build() else ", of another build (--again: anew)"
        say(f"    kept: {at.relative_to(ROOT)}{note}")
        return result
    mib = memory_mib(sized, path, count, is_shared)
    say(f"{count} realms of {mib} MiB, {'one model for all' if is_shared else 'a copy of the model in each'} ...")
    result = {"memory_mib": mib, "model": path.stat().st_size, "build": build()}
    try:
        party = Party(path, count, mib)
        result["booted"] = party.booted
        (shared if is_shared else own)(party, result)
        party.off()
    except SystemExit:
        keep(at.with_suffix(".broken"), result)
        raise
    keep(at, result)
    return result


def keep(path, result):
    evaluation.write(path, json.dumps(result, indent=2) + "\n")
