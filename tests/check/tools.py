"""What other people's tools say of the sources."""
import re
import shutil
import subprocess

# Another version lays C out otherwise. Debian 12's.
CLANG_FORMAT = 14


def output(tree, *command):
    run = subprocess.run(command, cwd=tree.root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True)
    lines = run.stdout.splitlines()
    return lines or ([f"{command[0]} ended with status {run.returncode}"] if run.returncode else [])


def missing(tool):
    return None if shutil.which(tool) else f"{tool} is not installed (tools/setup check)"


def clang_format():
    """The program of the version that counts; None if only others are there."""
    for name in (f"clang-format-{CLANG_FORMAT}", "clang-format"):
        if shutil.which(name):
            version = subprocess.run([name, "--version"], stdout=subprocess.PIPE, text=True).stdout
            if f"version {CLANG_FORMAT}." in version:
                return name
    return None


def layout(tree):
    """C is laid out as .clang-format says (clang-format -i FILE)"""
    program = clang_format()
    if program:
        names = tree.some(r".*\.[ch]")
        found = re.findall(r"^(\S+?):(\d+):", "\n".join(output(tree, program, "--dry-run", *names)), re.M)
        for name in sorted({name for name, _ in found}):
            yield f"{name}: lines {', '.join(line for place, line in found if place == name)}"
    elif missing("clang-format"):
        yield missing("clang-format")
    else:
        print(f"note: layout is not checked: clang-format is not version {CLANG_FORMAT}")


def scripts(tree):
    """Shell scripts are POSIX and pass shellcheck"""
    names = [name for name in tree.files if re.match(r"#!/bin/(ba)?sh\b", tree.text(name)) or name.endswith(".sh")]
    if missing("shellcheck"):
        yield missing("shellcheck")
    else:
        yield from output(tree, "shellcheck", "-x", "-P", "SCRIPTDIR", "-f", "gcc", *names)


def python(tree):
    """Python programs compile"""
    for name in tree.files:
        if name.endswith(".py") or re.match(r"#!\S*(/|/env )python3\b", tree.text(name)):
            try:
                compile(tree.text(name), name, "exec")
            except SyntaxError as error:
                yield f"{name}: {error}"


def cppcheck(tree):
    """cppcheck finds nothing in the monitor but what tests/check/cppcheck says the reason of"""
    if missing("cppcheck"):
        yield missing("cppcheck")
    else:
        found = output(tree, "cppcheck", "-q", "--std=c11", "--platform=unix64", "--template=gcc",
                       "--enable=warning,portability,performance", "--suppressions-list=tests/check/cppcheck", "-U__ASSEMBLER__",
                       "-I", "include", "-I", "monitor", "-I", "monitor/port/aarch64", "-I", ".", "monitor")
        yield from (line for line in found if re.search(r"(warning|error): ", line))
