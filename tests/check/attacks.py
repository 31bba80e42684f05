"""The table of attacks is that of the suite."""
import re
import sys

ROWS = "tests/attack/attacks.def"
DOCUMENT = "docs/attacks.md"


def driver(tree):
    """tools/attack, as a module."""
    sys.path.append(str(tree.root / "tools"))
    import as_module
    return as_module.load("attack")


def attacks(tree):
    """docs/attacks.md has the attacks of the suite (tools/attack --table), and each its function"""
    attack = driver(tree)
    listed = attack.rows()
    if attack.with_table(tree.text(DOCUMENT), listed) != tree.text(DOCUMENT):
        yield f"{DOCUMENT}: its table is not that of {ROWS}"
    code = "\n".join(tree.text(name) for name in tree.some(r"tests/attack/.*\.c"))
    for one in listed:
        if not re.search(rf"^void attack_{one['id']}\(void\)$", code, re.M):
            yield f"{ROWS}: {one['id']} has no function"
