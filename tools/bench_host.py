"""What realms cost as processes of a Linux host: the rows of `bench --host`. One boot of such a host with one CPU, and one of the
bare host for comparison; a tick of the counter is an instruction, of whoever runs."""
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

import child
import packaged

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINUX = ROOT / "build/deps/linux"
BUILT = ROOT / "build/linux"
TIMEOUT = 1500
NETPERF, CHECK, KVM = (f"{BUILT / 'bin' / name}:bin/{name}" for name in ("csm-netperf", "host-check", "kvm-guest"))
DISK_MIB = 16

# In the realm. Lines are the kernel's, too: it says that its caches were dropped.
DISK = f"""
dmesg -n 1
measured() {{ {{ "$@" 2>/dev/null; echo END; }} | host-check stamp END; }}
echo "DISK write"
measured dd if=/dev/zero of=/dev/vda bs=64k count={DISK_MIB * 16} conv=fsync
echo 3 >/proc/sys/vm/drop_caches
echo "DISK read"
measured dd if=/dev/vda of=/dev/null bs=64k count={DISK_MIB * 16}
"""
NET = """
modprobe virtio_net
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
csm-netperf echo 10.0.2.2 5000 64 1 >/dev/null
for what in 'send 65536 64' 'take 65536 64' 'echo 64 100'; do
    set -- $what
    echo "NET $(csm-netperf $1 10.0.2.2 5000 $2 $3)"
done
"""
# On the host. The same guest twice: a realm, and a plain one of KVM's.
GUESTS = {"hosted": "caec-vmm", "kvm": "kvm-guest"}
GUEST = f"""
guest() {{
    dd if=/dev/zero of=/tmp/disk bs=1M count={DISK_MIB} 2>/dev/null
    mkfifo /tmp/typed
    $1 run --kernel /usr/share/caec/Image --initrd /usr/share/caec/bench --memory 512 --cpus 1 --disk /tmp/disk \\
        --net user,host --name bench --quiet </tmp/typed | host-check stamp 'realm# ' | tee /tmp/said &
    guest=$!
    exec 3>/tmp/typed
    until grep -q 'TICKS hosted_stamp' /tmp/said; do sleep 5; done
    echo 'sh /bench; exit' >&3
    wait $guest
    exec 3>&-
    rm /tmp/typed /tmp/said
}}
csm-netperf serve 5000 &
"""


def row(name, value):
    return {"name": name, "value": round(value, 2) if value < 100 else float(round(value)), "unit": "instructions",
            "reference": None}


def said_by(command, typed=""):
    run = subprocess.run([str(word) for word in command], input=typed, stdout=subprocess.PIPE, text=True, errors="replace",
                         preexec_fn=child.of_ours(signal.SIGTERM))
    if run.returncode != 0:
        sys.stdout.write(run.stdout[-3000:])
        sys.exit(f"bench: {pathlib.Path(command[0]).name} ended with status {run.returncode}")
    return run.stdout.replace("\r", "")


def realm_initramfs(folder):
    (folder / "bench").write_text(DISK + NET)
    modules = packaged.items(folder / "tree", [], "virtio_net")
    packaged.make_initramfs("--add", LINUX / "initramfs", folder / "initramfs", *modules, f"{folder / 'bench'}:bench", NETPERF, CHECK)
    return folder / "initramfs"


def on_linux(folder):
    return said_by([ROOT / "tools/host", "--icount", "--cpus", "1", "--timeout", TIMEOUT, "--realm-kernel",
                    "--add", f"{realm_initramfs(folder)}:/usr/share/caec/bench",
                    "--add", NETPERF, "--add", KVM, "--exec", "host-check bench", "--exec", GUEST,
                    *(word for name, program in GUESTS.items() for word in ("--exec", f"echo GUEST {name}; guest {program}"))])


def on_bare(folder):
    (folder / "disk").write_bytes(bytes(DISK_MIB << 20))
    (folder / "bench-disk").write_text(DISK)
    return said_by([ROOT / "tools/linux", "--icount", "--cpus", "1", "--memory", "512", "--timeout", TIMEOUT,
                    "--disk-copy", folder / "disk", "--add", CHECK, "--add", f"{folder / 'bench-disk'}:bench"], "sh /bench\n")


def ticks(said):
    return {name: int(value) / int(count) for name, value, count in re.findall(r"^TICKS (\w+) (\d+) (\d+)$", said, re.M)}


def shell_row(prefix, said):
    shell = ticks(said.partition("DISK ")[0]).get("hosted_stamp")
    if not shell:
        sys.exit(f"bench: there was no shell:\n{said[-2000:]}")
    return row(f"{prefix}_linux_to_shell", shell)


def disk_rows(prefix, said):
    found = re.findall(r"^DISK (\w+)\n(?:.*\n)*?TICKS hosted_stamp (\d+) 1$", said, re.M)
    if [what for what, _ in found] != ["write", "read"]:
        sys.exit(f"bench: the disk was not measured:\n{said[-2000:]}")
    for what, value in found:
        yield row(f"{prefix}_disk_{what}_per_kib", int(value) / (DISK_MIB << 10))


def net_rows(prefix, said):
    found = re.findall(r"^NET (\w+)\t(\d+)\t(\d+)\t(\d+)\t(\d+)", said, re.M)
    if [what for what, *_ in found] != ["send", "take", "echo"] or any(int(wrong) for *_, wrong in found):
        sys.exit(f"bench: the network was not measured:\n{said[-2000:]}")
    for what, size, count, ns, _ in found:
        if what == "echo":
            yield row(f"{prefix}_net_round_trip_{size}_bytes", int(ns) / int(count))
        else:
            yield row(f"{prefix}_net_{what}_per_kib", int(ns) * 1024 / (int(size) * int(count)))


def rows():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        alone, *guests = re.split(r"^GUEST \w+\n", on_linux(folder), flags=re.M)
        if "\nFREQUENCY 1000000000\n" not in alone:
            sys.exit("bench: the counter does not count instructions")
        yield from (row(name, value) for name, value in ticks(alone).items())
        for prefix, said in zip(GUESTS, guests, strict=True):
            yield shell_row(prefix, said)
            yield from disk_rows(prefix, said)
            yield from net_rows(prefix, said)
        said = on_bare(folder)
        shell = re.search(r"a shell (\d+) us after the first instruction", said)
        if not shell:
            sys.exit(f"bench: the bare host does not say when there was a shell:\n{said[-2000:]}")
        yield row("bare_linux_to_shell", int(shell[1]) * 1000)
        yield from disk_rows("bare", said)
