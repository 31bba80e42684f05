"""How each C file is compiled, as clang is to be told: by CMake's databases, and rules for what others build."""
import json
import re
import shlex
import subprocess

# Whose database has it, and what clang has to know beside. The first that has a file decides.
PRESETS = (("native", ()), ("firmware-release", ("--target=aarch64-linux-gnu", *(
    # gcc's way out of a failed check (tests/conformance), which clang does not have for this CPU.
    "-D__builtin_setjmp(buffer)=((void)(buffer), 0)", "-D__builtin_longjmp(buffer, value)=__builtin_unreachable()"))))

# gcc's alone, or nothing that changes what is read.
NOT_CLANGS = re.compile(r"-W(logical-op|duplicated-cond|no-maybe-uninitialized)|-fno-tree-loop-distribute-patterns|-flto.*|"
                        r"-fno-sanitize-recover=.*|-fsanitize=.*|-mno-outline-atomics|-mno-strict-align")

# What linux/*.mk compile, with the machine's own headers in place of Debian's for arm64.
LINUX = ("gcc -std=gnu11 -O2 -Wall -Wextra -Wconversion -Wno-sign-conversion -Ilinux/include/uapi -Ilinux/libcsm -Irealm/lib"
         " -Iinclude -I. -Iverifier -Ilinux -Ilinux/bench -Ilinux/check -Ilinux/check/payload -DCAEC_VERSION=\"\""
         " -isystem build/deps/mbedtls/include '-DMBEDTLS_CONFIG_FILE=\"realm/bench/mbedtls_config.h\"'")
PAYLOAD = ("aarch64-linux-gnu-gcc --target=aarch64-linux-gnu -std=gnu11 -O1 -Wall -Wextra -ffreestanding -mgeneral-regs-only"
           " -mstrict-align -Iinclude -I. -Irealm -Ilinux/check/payload")
OTHERS = (
    (r"linux/(agents|bench|check|check/host|csm-tool|libcsm|pair)/(?!infer)[^/]*", LINUX),
    (r"linux/check/payload/.*", PAYLOAD),
    (r"tests/verifier/hostile\.c", "gcc -std=gnu11 -Wall -Wextra -Iverifier"),
)
# The same way as another file.
LIKE = {"monitor/base/base_only.c": "monitor/cold.c"}

NOBODY = (
    # Kernel modules: the kernel's headers are gcc's own C. It is built with -Werror by the kernel's rules.
    r"linux/(csm|csm_blk|csm_net|host|bench/visible)/.*",
    # A guest of arm64's KVM, whose <linux/kvm.h> this machine does not have.
    r"linux/bench/kvm/.*",
    # llama.cpp's headers are fetched with the agents (tools/agents), not before.
    r"linux/agents/infer\.c",
    # Harnesses of model checkers, in their words; they read them all.
    r"proofs/(cbmc|frama-c|litmus)/.*",
)


def are_configured(root):
    return all((root / "build" / preset / "compile_commands.json").exists() for preset, _ in PRESETS)


def database(root, preset, extra):
    """{file: compiler and options} of one preset, configured if it has not been."""
    build = root / "build" / preset
    if not (build / "compile_commands.json").exists():
        subprocess.run(["cmake", "--preset", preset], cwd=root, check=True, stdout=subprocess.DEVNULL)
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        name = entry["file"].removeprefix(f"{root}/")
        words = shlex.split(entry["command"])
        words = words[words[0].endswith("ccache"):words.index("-o")]
        found[name] = [words[0], *extra, *words[1:]]
    return found


def others(tree):
    for name in tree.some(r".*\.c"):
        for pattern, command in OTHERS:
            if re.fullmatch(pattern, name):
                yield name, shlex.split(command)


def units(tree):
    """{file: compiler and options}, and the files of which nobody knows how they are compiled."""
    known = dict(others(tree))
    for preset, extra in reversed(PRESETS):
        known |= database(tree.root, preset, extra)
    for name, like in LIKE.items():
        known[name] = known[like]
    names = [name for name in tree.some(r".*\.c") if not any(re.fullmatch(pattern, name) for pattern in NOBODY) or name in known]
    commands = {name: [word for word in known[name] if not NOT_CLANGS.fullmatch(word)] for name in names if name in known}
    return commands, [name for name in names if name not in known]
