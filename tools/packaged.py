"""What Debian packages and kernel modules bring into an initial RAM disk: a Linux realm's, a Linux host's."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINUX = ROOT / "build/deps/linux"
PACKAGES = ROOT / "build/packages"
OF_HOSTS = "caec-host-|caec-vmm_"


def make_initramfs(*arguments):
    if subprocess.run([ROOT / "tools/initramfs", *arguments]).returncode:
        sys.exit(1)


def own_packages(host):
    """Of what `./caec package` has made, that which a host runs, or a realm; no sources, no headers."""
    files = [f for f in sorted(PACKAGES.glob("*.deb")) if re.fullmatch(r"(?!.*-(dev|dkms)_).*_(arm64|all)\.deb", f.name)]
    found = [f for f in files if bool(re.match(OF_HOSTS, f.name)) == host]
    return found or sys.exit("caec: there are no packages (./caec package)")


def items(tree, packages, modules):
    """Installs them in the folder `tree`, with the kernel's modules of these names; what to add to an initial RAM disk."""
    if packages and subprocess.run([ROOT / "tools/install-packages", tree, *packages]).returncode:
        sys.exit(1)
    place = tree / ("usr/lib" if packages else "lib") / "modules" / (LINUX / "version").read_text().strip()
    if modules:
        make_initramfs("--tree", LINUX / "tree", place, *modules.split(","))
    elif place.exists():
        make_initramfs("--index", place)
    return [f"{path}:{path.name}" for path in sorted(tree.glob("*"))]
