"""One tree, one meaning per name: what leaves its file in one program is not defined in another, too."""
import re

# Programs that run beside each other and speak by calls. What a Linux realm gets (linux/) has an API of its own.
SIDES = ("monitor", "host", "realm")

# Instructions by their names; the entry points from assembly; a line on the console.
SHARED = {"isb", "smc", "primary_main", "secondary_main", "print"}

FUNCTION = re.compile(r"^(static )?(?:inline |_Noreturn |const |unsigned |enum |struct )*\w+ [* ]*(\w+)\([^;{}]*\)\n\{", re.M)
TYPE = re.compile(r"^(?:struct|enum|union) (\w+) \{", re.M)
MACRO = re.compile(r"^ *# *define (\w+)", re.M)


def defined(tree, side):
    """name: (file, whether others can see it), of functions and types, and of the macros of headers."""
    found = {}
    for name in tree.some(side + r"/.*\.[ch]"):
        text, header = tree.text(name), name.endswith(".h")
        found.update((m[2], (name, header or not m[1])) for m in FUNCTION.finditer(text))
        found.update((m[1], (name, header)) for m in TYPE.finditer(text))
        if header:
            found.update((m[1], (name, True)) for m in MACRO.finditer(text) if not m[1].startswith("MBEDTLS_"))
    return found


def sides(tree):
    """A name that leaves its file in the monitor, in the host or in realms is defined on that side alone"""
    by_side = [defined(tree, side) for side in SIDES]
    for i, here in enumerate(by_side):
        for there in by_side[i + 1:]:
            for name in sorted(here.keys() & there.keys() - SHARED):
                if here[name][1] or there[name][1]:
                    yield f"{name}: {here[name][0]}, {there[name][0]}"
