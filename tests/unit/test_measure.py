#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""test_measure.py: what caec-measure refuses, warns of, and takes. Whether its measurements are the monitor's is
tests/check/measure's to say, with the machine."""

import gzip
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests"))
import cases  # noqa: E402

TOOL = ROOT / "build/native/measure/caec-measure"
USAGE, MALFORMED, FAILURE = 1, 2, 8  # docs/exit-status.md


def measure(*arguments, **more):
    """Exit status, standard output, standard error."""
    run = subprocess.run([TOOL, *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                         **{"stdout": subprocess.PIPE, **more})
    return run.returncode, run.stdout, run.stderr


def file(folder, name, content):
    (folder / name).write_bytes(content)
    return str(folder / name)


def refused(status, text, *arguments):
    got, output, error = measure(*arguments)
    name = {USAGE: "usage", MALFORMED: "malformed", FAILURE: "failure"}[status]
    assert (got, output) == (status, ""), (arguments, got, output, error)
    assert error.startswith(f"caec-measure: {name}: ") and text in error, (arguments, error)


def taken(*arguments):
    status, output, error = measure(*arguments)
    assert (status, error) == (0, "") and len(output) in (65, 129), (arguments, status, output, error)
    return output


def test_refusals(folder):
    image, empty = file(folder, "image", b"x" * 5000), file(folder, "empty", b"")
    load = file(folder, "other", b"y" * 5000) + "@"
    other = load[:-1]
    ram = ["--ram-size", "1M"]
    good = ["--image", image, *ram]
    taken(*good)
    for status, text, arguments in (
        (USAGE, "nothing is described", []),
        (USAGE, "--KEY VALUE", ["image"]),
        (USAGE, "--KEY VALUE", good + ["--entry"]),
        (USAGE, "no such option: --colour", good + ["--colour", "red"]),
        (USAGE, "do not go together", good + ["--json", "--steps"]),
        (FAILURE, "cannot read", ["--image", str(folder / "absent"), *ram]),
        (FAILURE, "cannot read", ["--image", str(folder), *ram]),
        (FAILURE, "cannot read", good + ["--description", str(folder / "absent")]),
        (FAILURE, "cannot read", good + ["--load", str(folder / "absent") + "@0x80080000"]),
        (MALFORMED, "is empty", ["--image", empty, *ram]),
        (MALFORMED, "there is no 'ram-size'", ["--image", image]),
        (MALFORMED, "nothing to load", ram),
        (MALFORMED, "is there twice", good + ["--ram-size", "2M"]),
        (MALFORMED, "not a number", good + ["--entry", "-1"]),
        (MALFORMED, "not a number", good + ["--entry", "0x"]),
        (MALFORMED, "not a number", good + ["--x0", "0x10000000000000000"]),
        (MALFORMED, "not a number", good + ["--x0", "17179869184G"]),
        (MALFORMED, "neither sha-256 nor sha-512", good + ["--hash", "sha-384"]),
        (MALFORMED, "not 'none'", good + ["--flags", "sve,"]),
        (MALFORMED, "32 to 48 bits", good + ["--ipa-bits", "31"]),
        (MALFORMED, "32 to 48 bits", good + ["--ipa-bits", "49"]),
        (MALFORMED, "protected half", good + ["--ipa-bits", "32"]),
        (MALFORMED, "protected half", good + ["--ram-base", "0x80000800"]),
        (MALFORMED, "protected half", ["--image", image, "--ram-size", "0"]),
        (MALFORMED, "protected half", ["--image", image, "--ram-size", "0xfffffffffffff000"]),
        (MALFORMED, "protected half", good + ["--ram", "0x8000000000+4096"]),
        (MALFORMED, "two ranges of RAM", good + ["--ram", "0x800ff000+8K"]),
        (MALFORMED, "not IPA+SIZE", good + ["--ram", "0x1000"]),
        (MALFORMED, "not FILE@IPA", good + ["--load", image]),
        (MALFORMED, f"not lie in RAM: '{image}' at 0x80000000, 5000 bytes", ["--image", image, "--ram-size", "4096"]),
        (MALFORMED, f"not lie in RAM: '{other}' at 0x800ff000, 5000 bytes", good + ["--load", load + "0x800ff000"]),
        (MALFORMED, f"not lie in RAM: '{other}' at 0x7ffff000,", good + ["--load-unmeasured", load + "0x7ffff000"]),
        (MALFORMED, f"a page in common: '{image}' at 0x80000000, 5000 bytes and '{other}' at 0x80001ff0, 5000 bytes",
         good + ["--load", load + "0x80001ff0"]),
    ):
        refused(status, text, *arguments)


def test_lines(folder):
    """Mistakes in a description have the file and the line."""
    good = ["--image", file(folder, "image", b"x"), "--ram-size", "1M"]
    for status, text, line in (
        (MALFORMED, ":3: there is no 'colour'", "colour red"),
        (MALFORMED, ":3: 'hash' has no value", "hash"),
        (MALFORMED, ":3: 'x' is not a number", "entry x"),
        (FAILURE, ":3: cannot read 'absent'", "load absent@0x80080000"),
        (MALFORMED, "is not text", "hash sha-256\0"),
    ):
        description = file(folder, "description", f"# a realm\n\n{line}\n".encode())
        refused(status, text, "--description", description, *good)


def test_impossible(folder):
    """No RMM builds it, so it has no measurement: beyond the interface's fields, or a CPU that can't begin there."""
    good = ["--image", file(folder, "image", b"x" * 5000), "--ram-size", "1M"]
    for option, good_value, bad_value, why, *more in (
        ("--num-bps", "63", "64", "breakpoints"), ("--num-bps", "1", "0", "breakpoints"),
        ("--num-wps", "63", "64", "watchpoints"), ("--num-wps", "1", "0", "watchpoints"),
        ("--pmu-num-ctrs", "31", "32", "PMU counters", "--flags", "pmu"), ("--pmu-num-ctrs", "0", "255", "PMU counters"),
        ("--sve-vl", "15", "16", "SVE vector", "--flags", "sve"), ("--sve-vl", "0", "128", "SVE vector"),
        ("--entry", "0x800ffffc", "0x80100000", "does not lie in RAM"),
        ("--entry", "0x80000000", "0x7ffffffc", "does not lie in RAM"),
        ("--entry", "0x80000004", "0x80000002", "multiple of 4"),
    ):
        taken(*good, option, good_value, *more)
        refused(MALFORMED, why, *good, option, bad_value, *more)
    refused(MALFORMED, "256 is more than 255", *good, "--num-bps", "256")


def test_layouts(folder):
    """As other hosts lay a realm out: each thing that they do differently makes another measurement."""
    tree, kernel, disk, flash = (file(folder, name, name.encode() * 3000) for name in ("tree", "kernel", "disk", "flash"))
    # The device tree where RAM begins, an initial RAM disk that begins in a page.
    trees = ["--ram-base", "0x80000000", "--ram-size", "16M", "--load", f"{tree}@0x80000000",
             "--load", f"{kernel}@0x80200000", "--entry", "0x80200000", "--x0", "0x80000000"]
    # Firmware below RAM, in memory of its own.
    firmware = ["--ram-base", "0x40000000", "--ram-size", "16M", "--ram", "0+2M", "--load", f"{flash}@0",
                "--load", f"{tree}@0x40000000", "--entry", "0"]
    rims = [taken(*arguments) for arguments in (
        trees, trees + ["--load", f"{disk}@0x80400000"], trees + ["--load", f"{disk}@0x80400104"],
        trees + ["--load-unmeasured", f"{disk}@0x80400104"], firmware, firmware + ["--ram", "0x4000000+4K"],
        firmware + ["--ram", "0x8000000+4K"])]
    assert len(set(rims)) == len(rims)
    refused(MALFORMED, f"not lie in RAM: '{flash}' at 0x0,", *firmware[:4], *firmware[6:])
    # What is not measured may be anything of that size.
    before = taken(*trees, "--load-unmeasured", f"{disk}@0x80400104")
    file(folder, "disk", b"?" * len("disk") * 3000)
    assert taken(*trees, "--load-unmeasured", f"{disk}@0x80400104") == before


def test_compressed(folder):
    """Nothing can begin in a compressed file; one that is only loaded is nobody's concern."""
    plain, packed = file(folder, "plain", b"x" * 5000), file(folder, "packed", gzip.compress(b"x" * 5000))
    formats = {"gzip": b"\x1f\x8b", "xz": b"\xfd7zXZ\0", "zstd": b"\x28\xb5\x2f\xfd", "bzip2": b"BZh9",
               "lz4": b"\x04\x22\x4d\x18", "EFI zboot": b"MZ\0\0zimg"}
    for name, magic in formats.items():
        kernel = file(folder, "kernel", magic + bytes(100))
        status, output, error = measure("--image", kernel, "--ram-size", "1M")
        assert status == 0 and len(output) == 65, (name, output, error)
        assert error.startswith(f"caec-measure: warning: '{kernel}'") and f"compressed ({name})" in error, error
    taken("--image", plain, "--load", f"{packed}@0x80010000", "--ram-size", "1M")
    status, _, error = measure("--image", plain, "--load", f"{packed}@0x80010000", "--entry", "0x80010000",
                               "--ram-size", "1M")
    assert status == 0 and f"'{packed}', with the entry point in it" in error, error


def test_output(folder):
    with open("/dev/full", "w") as full:
        status, _, error = measure("--image", file(folder, "image", b"x"), "--ram-size", "1M", stdout=full)
    assert status == FAILURE and "could not be written" in error, error


cases.run((test_refusals, test_lines, test_impossible, test_layouts, test_compressed, test_output))
