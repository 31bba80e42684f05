#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""test_install.py: the verifier as its users get it. It is built and installed by the words of docs/verifier.md, from a
copy that has nothing else of the tree; then a program of a user's is built with it (hostile.c)."""

import filecmp
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True

from cca_token import *

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import cases  # noqa: E402

HERE = ROOT / "tests/verifier"
COPY = ROOT / "build/native/tests/verifier/alone"  # kept: the next run builds what has changed
HOME = COPY / "home"
PREFIX = HOME / ".local"

POLICY = {"caec-policy": 1, "platform": {"keys": [{"crv": "P-384", "x": IAK.x().hex(), "y": IAK.y().hex()}]},
          "realm": {"cca-realm-challenge": "not-checked", "cca-realm-initial-measurement": "any"},
          "caec": {"caec-sharing": {"allow": "any"}}}


def run(*command, status=0, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)
    assert done.returncode == status, (command, done)
    return done


def copy_tree():
    """Files that are as they were keep their time."""
    wanted = {path.relative_to(ROOT) for part in ("verifier", "cmake") for path in (ROOT / part).rglob("*")
              if path.is_file()}
    for path in wanted:
        target = COPY / path
        if not target.exists() or not filecmp.cmp(ROOT / path, target, shallow=False):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, target)
    for part in ("verifier", "cmake"):
        for path in (COPY / part).rglob("*"):
            if path.is_file() and path.relative_to(COPY) not in wanted:
                path.unlink()


def install():
    """By the first block of docs/verifier.md that calls cmake."""
    copy_tree()
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir()
    lines = re.findall(r"^    (cmake .*)$", (ROOT / "docs/verifier.md").read_text(), re.M)
    assert [re.search(r"--\w+|-S", line)[0] for line in lines] == ["-S", "--build", "--install"], lines
    for line in lines:
        run("sh", "-c", line, cwd=COPY, env={**os.environ, "HOME": str(HOME)})


def version():
    return re.search(r"set\(CAEC_VERSION (.*)\)", (ROOT / "cmake/version.cmake").read_text())[1]


def flags(*options):
    """What a user's build asks for."""
    found = os.environ | {"PKG_CONFIG_PATH": str(PREFIX / "lib/pkgconfig")}
    return shlex.split(run("pkg-config", *options, "caec-verify", env=found).stdout)


def names(*command):
    """The names that an object file defines for others."""
    return {line.split()[-1] for line in run("nm", "--defined-only", *command).stdout.splitlines()
            if len(line.split()) == 3}


def interface():
    text = re.sub(r"/\*.*?\*/", "", (ROOT / "verifier/caec_verify.h").read_text(), flags=re.S)
    return set(re.findall(r"\b(caec_\w+)\(", text))


def test_installed(folder):
    files = {str(path.relative_to(PREFIX)) for path in PREFIX.rglob("*") if not path.is_dir()}
    assert files == {
        "bin/caec-verify", "include/caec_verify.h", "lib/libcaec-verify.a", "lib/libcaec-verify.so",
        "lib/libcaec-verify.so.0", f"lib/libcaec-verify.so.{version()}", "lib/pkgconfig/caec-verify.pc",
        "share/man/man1/caec-verify.1"}, files
    program = PREFIX / "bin/caec-verify"
    assert run(program, "--version").stdout == f"caec-verify {version()}\n"
    assert flags("--modversion") == [version()]
    assert b"__asan_" not in program.read_bytes() and b"__ubsan_" not in program.read_bytes()


COMPONENTS = {
    "verifier": {"bin/caec-verify", "lib/libcaec-verify.so.0", f"lib/libcaec-verify.so.{version()}",
                 "share/man/man1/caec-verify.1"},
    "verifier-dev": {"include/caec_verify.h", "lib/libcaec-verify.a", "lib/libcaec-verify.so",
                     "lib/pkgconfig/caec-verify.pc"},
    "owner": {"bin/caec-owner", "share/man/man1/caec-owner.1"},
    "measure": {"bin/caec-measure", "share/man/man1/caec-measure.1"},
}


def test_components(folder):
    """The tree's own build installs by components, which CONTRIBUTING.md has a table of."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for component, wanted in COMPONENTS.items():
        prefix = folder / component
        run("cmake", "--install", ROOT / "build/native", "--component", component, "--prefix", prefix)
        found = {str(path.relative_to(prefix)) for path in prefix.rglob("*") if not path.is_dir()}
        assert found == wanted, (component, found)
        assert f"| `{component}` |" in text, component


def test_prefix(folder):
    """Nothing goes beside the prefix, in the build that is installed: it has no tests, nor what those include."""
    run("cmake", "--preset", "native-release", "-B", folder, cwd=ROOT)
    places = [place for script in folder.rglob("cmake_install.cmake")
              for place in re.findall(r'file\(INSTALL DESTINATION "([^"]*)"', script.read_text())]
    assert len(places) >= 8, places
    for place in places:
        assert place.startswith("${CMAKE_INSTALL_PREFIX}/"), place


def test_names(folder):
    """No name of the library's is in its user's way but those of its interface."""
    assert len(interface()) > 10
    assert names("-g", PREFIX / "lib/libcaec-verify.a") == interface()
    assert names("-D", PREFIX / "lib/libcaec-verify.so") == interface()


def traps(folder):
    """A function for each name inside; but those of the C library's, of which hostile.c uses one."""
    objects = list((COPY / "build/verifier").rglob("caec_verify_objects.dir/*.o"))
    inside = set().union(*(names("-g", path) for path in objects)) - interface()
    assert {"refuse", "hex", "bad", "warn"} <= inside, inside
    text = "void trapped(const char *name);\n"
    text += "".join(f'void {name}(void);\nvoid {name}(void)\n{{\n\ttrapped("{name}");\n}}\n' for name in inside - {"warn"})
    (folder / "traps.c").write_text(text)
    run("gcc", "-c", folder / "traps.c", "-o", folder / "traps.o")
    return folder / "traps.o"


def test_hostile(folder):
    (folder / "token").write_bytes(token())
    (folder / "policy").write_text(json.dumps(POLICY))
    objects = [HERE / "hostile.c", traps(folder)]
    shared = flags("--cflags", "--libs")
    static = ["-l:libcaec-verify.a" if flag == "-lcaec-verify" else flag for flag in flags("--static", "--cflags", "--libs")]
    environment = {**os.environ, "LD_LIBRARY_PATH": str(PREFIX / "lib")}
    for compiler in ("gcc", "g++"):
        for libraries in (static, shared):
            program = folder / "hostile"
            run(compiler, "-Wall", "-Wextra", "-Werror", objects[0], "-x", "none", objects[1], *libraries, "-o", program)
            done = run(program, folder / "token", folder / "policy", env=environment)
            assert done.stderr == "hostile: 3 words: Numerical result out of range\n", done
            assert "accepted (0)" in done.stdout, done
            assert ("libcaec-verify.so.0" in run("ldd", program, env=environment).stdout) == (libraries is shared)


def test_manual(folder):
    """It has every option that the program has."""
    text = (PREFIX / "share/man/man1/caec-verify.1").read_text()
    for option in re.findall(r"--(\w+)", run(PREFIX / "bin/caec-verify", "--help").stdout):
        assert rf"Fl \-{option}" in text, option
    assert f'.Os "CAEC {version()}"' in text


install()
cases.run((test_installed, test_components, test_prefix, test_names, test_hostile, test_manual))
