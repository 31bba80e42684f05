"""A pipeline of agents on the machine: three realms of a Linux host over shared memory, over TLS, and all three in one realm. For
./caec evaluate agents. A run is kept in build/evaluation/agents.
"""
import hashlib
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import child
import evaluation
import model_run
import packaged
from evaluation import say

ROOT = evaluation.ROOT
BUILD = ROOT / "build"
LINUX, AGENTS = BUILD / "deps/linux", BUILD / "deps/agents"
KEPT = evaluation.OUTPUT / "agents"
ROLES = ("front", "model", "tool")
WAYS = ("alone", "csm", "tls")
# What each shares with whom, as the host allows it; it may say no more than that.
ALLOWED = {"front": "model", "model": "front,tool", "tool": "model"}
KIND = "q8_0"
TOKENS, ROUNDS = 4, 5
TIMEOUT = 3000
MIB = 1 << 20
# RAM of a realm, MiB; that of the model has its file three times: as it comes, unpacking, unpacked.
ROOM = 352
LIBRARIES = "ld-linux-aarch64 libc libm libstdc++ libgcc_s libgomp libllama libggml libggml-base libsqlite3 libssl libcrypto libz libzstd".split()
START = "#!/bin/sh\nexec /agents/lib/ld-linux-aarch64.so.1 --library-path /agents/lib /agents/bin/csm-agents \"$@\"\n"
INGREDIENTS = ["firmware-release/qemu_fw.bios", "linux/bin/csm-agents", "linux/bin/caec-vmm", "linux/modules/csm/caec_csm.ko",
               "linux/modules/host/caec_host.ko", "deps/linux/version", "deps/agents/version"]
SCRIPTS = {"linux/vmm/realms.sh": "/usr/share/caec/realms.sh", "linux/agents/host": "/bin/agents"}  # where the host has them


# --- What is run -----------------------------------------------------------------------------------------------

def version():
    parts = [(BUILD / name).read_bytes() for name in INGREDIENTS] + [(ROOT / name).read_bytes() for name in SCRIPTS]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


def programs(folder):
    """What all three realms have: the program, and libraries."""
    source = AGENTS / "usr/lib/aarch64-linux-gnu"
    (folder / "lib").mkdir(parents=True)
    (folder / "bin").mkdir()
    for name in LIBRARIES:
        for file in source.glob(f"{name}.so.*"):
            shutil.copy2(file, folder / "lib" / file.name, follow_symlinks=False)
    shutil.copy2(BUILD / "linux/bin/csm-agents", folder / "bin")
    (folder.parent / "start").write_text(START)
    (folder.parent / "start").chmod(0o755)
    return [f"{folder}:/agents", f"{folder.parent / 'start'}:/bin/agents", f"{source / 'ggml'}:/usr/lib/aarch64-linux-gnu/ggml"]


def images(folder, model):
    """An initial RAM disk for realms without the model, and one with it."""
    modules = packaged.items(folder / "tree", packaged.own_packages(host=False), "vmw_vsock_virtio_transport")
    common = [*modules, *programs(folder / "agents")]
    packaged.make_initramfs("--add", LINUX / "initramfs", folder / "common", *common)
    packaged.make_initramfs("--add", folder / "common", folder / "with-model", f"{model}:/agents/model.gguf")


def image_of(role):
    return "with-model" if role == "model" else "common"


def options(role, model):
    """Of its realm, as caec-vmm takes them. The command line makes each a kind of its own."""
    memory = ROOM + (3 * model.stat().st_size // MIB // 2 * 2 + 2 if role == "model" else 0)
    return {"kernel": "/usr/share/caec/Image", "initrd": f"/usr/share/caec/{image_of(role)}", "memory": str(memory), "cpus": 1, "vsock": 3 + ROLES.index(role), "csm-allow": ALLOWED[role],
            "append": f"quiet watchdog_thresh=60 agent={role}"}


def measured(folder, role):
    """The RIM that it will have."""
    run = subprocess.run([BUILD / "native/linux/vmm/caec-vmm", "measure", "--config", folder / f"{role}.json", "--kernel", LINUX / "Image",
                          "--initrd", folder / image_of(role)], stdout=subprocess.PIPE, text=True)
    return run.stdout.strip() if run.returncode == 0 else sys.exit(f"evaluate: the realm {role} can't be measured")


def policy(folder, role):
    """Who such a realm is. It may share: with whom is the business of whoever it is."""
    made = json.loads((ROOT / "verifier/policies/qemu.json").read_text())
    del made["description"]
    made["realm"] = {"cca-realm-initial-measurement": measured(folder, role)}
    made["caec"] = {"presence": "required", "caec-sharing": {"allow": "any"}}
    return made


# --- On the machine ----------------------------------------------------------------------------------------

def on_the_machine(model, tokens, rounds):
    """What the host says, line by line; progress goes on."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        images(folder, model)
        for role in ROLES:
            (folder / f"{role}.json").write_text(json.dumps(options(role, model)))
        (folder / "policy").mkdir()
        for role in ROLES:
            (folder / "policy" / role).write_text(json.dumps(policy(folder, role)))
        command = [ROOT / "tools/host", "--quiet", "--icount", "--cpus", "1", "--timeout", str(TIMEOUT), "--realm-kernel",
                   "--exec", f"sh /bin/agents {tokens} {rounds}"]
        added = {ROOT / name: there for name, there in SCRIPTS.items()}
        added |= {folder / item: f"/usr/share/caec/{item}" for item in ("common", "with-model", "policy", *(f"{role}.json" for role in ROLES))}
        for item, there in added.items():
            command += ["--add", f"{item}:{there}"]
        return listen(command)


def listen(command):
    lines = []
    with subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace",
                          preexec_fn=child.of_ours(signal.SIGTERM)) as process:
        for line in process.stdout:
            lines.append(line.rstrip("\r\n"))
            say(f"    {lines[-1]}")
    if process.returncode or "CAEC-RESULT: PASS" not in lines:
        sys.exit(f"evaluate: the agents' machine ended with status {process.returncode}")
    return lines


def of_way(lines, way):
    """Its answers by round and request, and what each round took."""
    own = [line.partition(": ")[2] for line in lines if line.startswith(f"{way}: ")]
    answers = {}
    for line in own:
        if match := re.fullmatch(r"ANSWER (\d+) (\d+) (.*)", line):
            answers.setdefault(int(match[1]), []).append(match[3])
    rounds = [int(match[1]) for line in own if (match := re.fullmatch(r"ROUND \d+ (\d+)", line))]
    count = [int(match[1]) for line in own if (match := re.fullmatch(r"REQUESTS (\d+)", line))]
    if len(count) != 1 or not rounds or {n: len(found) for n, found in answers.items()} != dict.fromkeys(range(len(rounds)), count[0]):
        sys.exit(f"evaluate: the agents' {way} run is not whole:\n" + "\n".join(own[-10:]))
    return {"answers": [answers[n] for n in range(len(rounds))], "rounds": rounds, "requests": count[0]}


def same_answers(ways):
    """Ends, with the first difference, if one way had an answer that another had not."""
    for way in WAYS[1:]:
        for n, (here, there) in enumerate(zip(ways[WAYS[0]]["answers"], ways[way]["answers"], strict=True)):
            for i, (one, other) in enumerate(zip(here, there, strict=True)):
                if one != other:
                    sys.exit(f"evaluate: agents: round {n}, request {i}: {WAYS[0]} answers \"{one}\", {way} \"{other}\"")


def run(shape, tokens=TOKENS, rounds=ROUNDS, again=False, others=False):
    """Anew, or as it is kept: not if `again`, nor, with `others`, if it is of another build."""
    at, made_of = KEPT / f"{shape}-{tokens}-{rounds}.json", version()
    result = json.loads(at.read_text()) if at.exists() and not again else None
    if result and (result["build"] == made_of or not others):
        say(f"    kept: {at.relative_to(ROOT)}" + ("" if result["build"] == made_of else ", of another build (--again: anew)"))
        return result
    model = model_run.made(shape, KIND)
    lines = on_the_machine(model, tokens, rounds)
    result = {"build": made_of, "model": model.stat().st_size, "tokens": tokens, "ways": {way: of_way(lines, way) for way in WAYS}}
    same_answers(result["ways"])
    evaluation.write(at, json.dumps(result, indent=2) + "\n")
    return result
