"""What is named is there: sources in the build, files and functions in the documents."""
import os
import re

from tree import is_test, room

# Files of others, and of what is built.
FOREIGN = {"bl1.bin", "bl2.bin", "bl31.bin"}


def mentioned(tree, cmake):
    """The sources of the tree that a CMakeLists.txt names, as far as reading it tells."""
    text = re.sub(r"#.*", "", tree.text(cmake))
    known = {"CMAKE_SOURCE_DIR": ".", "CMAKE_CURRENT_SOURCE_DIR": room(cmake) or "."}

    def expand(word):
        return re.sub(r"\$\{(\w+)\}", lambda m: known.get(m[1], m[0]), word)

    for name, value in re.findall(r"\bset\((\w+)\s+([^\s)]+)", text):
        known[name] = expand(value)
    words = re.findall(r"[^\s()\"]+", text)
    for word in words:
        path = expand(word)
        if path.startswith(("./", known["CMAKE_CURRENT_SOURCE_DIR"] + "/")):
            yield os.path.normpath(path)
        yield os.path.normpath(os.path.join(room(cmake), path))
    # Functions of the file that take a program's name.
    if re.search(r"\$\{(name|test)\}\.c\b", text):
        for word in words:
            yield os.path.join(room(cmake), word + ".c")


def built(tree):
    """Every source is in the build; a product's not by a test alone"""
    every = tree.some(r"(.*/)?CMakeLists\.txt")
    yield from forgotten(tree, [name for name in every if not is_test(name)], lambda name: not is_test(name))
    yield from forgotten(tree, every, is_test)


def forgotten(tree, cmakes, counts):
    named = {name for cmake in cmakes for name in mentioned(tree, cmake)}
    # What a test written in Python builds.
    named |= {os.path.join(room(test), word) for test in tree.some(r"tests/.*/test_\w+\.py")
              for word in re.findall(r"\w+\.c\b", tree.text(test))}
    # What the model checker reads.
    named.add("proofs/cbmc/port.c")
    for tool in ("cbmc", "litmus"):
        named |= {f"proofs/{tool}/{word}.c" for word in re.findall(r"\t(\w+):\w+(?:\t|$)", tree.text(f"proofs/{tool}/properties"), re.M)}
    named |= {f"proofs/frama-c/{word}.c" for word in re.findall(r"\t(\w+)\t-?\w+", tree.text("proofs/frama-c/properties"))}
    globs = [re.escape(name).replace(r"\*", "[^/]*") for name in named if "*" in name]
    for name in tree.some(r".*\.[cS]|tests/.*/test_\w+\.py"):
        if counts(name) and not name.startswith("linux/") and name not in named and not any(re.fullmatch(g, name) for g in globs):
            yield f"{name} is in no CMakeLists.txt"


def documents(tree):
    return tree.some(r"(docs/)?[^/]*\.md")


def spans(tree, document):
    """(line, text in backticks), outside of blocks of code."""
    for number, line in enumerate(tree.text(document).splitlines(), 1):
        if not line.startswith("    "):
            yield from ((number, text) for text in re.findall(r"`([^`]+)`", line))


def looks_like_path(tree, text):
    """Its first part is a folder of the tree, or of a part of it; or it is the bare name of a source."""
    if not re.fullmatch(r"[\w.*+-]+(/[\w.*+-]+)*/?", text) or text.endswith(".rst"):  # TF-A's and QEMU's are .rst
        return False
    if "/" not in text:
        return re.fullmatch(r"\w+\.([chS]|py|md|ld)", text) is not None
    first = text.partition("/")[0]
    return first != "build" and any((tree.root / part / first).is_dir() for part in ("", "monitor", "host", "realm"))


def paths(tree):
    """Files and folders that documents name in backticks, or link to, exist"""
    basenames = {os.path.basename(name) for name in tree.files} | FOREIGN
    for document in documents(tree):
        for number, text in spans(tree, document):
            if looks_like_path(tree, text) and text not in basenames and not any(
                    tree.exists(part + text) for part in ("", "monitor/", "host/", "realm/", "monitor/port/")):
                yield f"{document}:{number}: {text}"
        for target in re.findall(r"\]\(([^):#]+)\)", tree.text(document)):
            if not (tree.root / room(document) / target).exists():
                yield f"{document}: link to {target}"


def functions(tree):
    """Functions that documents name in backticks, `so()`, exist"""
    defined = set()
    for name in tree.files:
        if re.search(r"\.([chS]|py|sh|cmake)$", name) or "." not in os.path.basename(name):
            defined.update(re.findall(r"\b([A-Za-z_]\w*) *\(", tree.text(name)))
    for document in documents(tree):
        for number, text in spans(tree, document):
            function = re.fullmatch(r"([a-z_]\w*)\([^)]*\)", text)
            if function and function[1] not in defined:
                yield f"{document}:{number}: {text}"


def comments(tree):
    """Documents, tools and tests that sources name exist"""
    for name in tree.files:
        if re.search(r"\.(md|list|json|dict)$", name) or re.match("tests/fuzz/[a-z]+/", name):
            continue
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            for text in re.findall(r"(?<![\w/.}-])(?<!QEMU )(?:docs/[\w.-]+|tools/[\w.-]+|tests/check/[\w.-]+)", line):
                if not tree.exists(text.rstrip(".")):
                    yield f"{name}:{number}: {text}"
