"""Classical faults of C sources: conditions negated, at their boundary, halved; constants one off; operators exchanged;
statements dropped; early returns removed; arguments swapped. From clang's syntax tree, as text at its places."""
import dataclasses
import json
import re
import shlex
import subprocess
import sys

EXCHANGED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "+": "-", "-": "+", "/": "*", "%": "/",
             "&": "|", "|": "&", "<<": ">>", ">>": "<<", "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|="}
HALVED = ("&&", "||")
NOTHING = "(void)0"
CONSTANT = re.compile(r"\w+|U?INT\d+_C\(\w+\)")  # a number, or the name of one; not a macro that computes
ASSERTIONS = re.compile(r"\b(?:REQUIRE|ASSERT)(?=\()")
ASSIGNMENTS = ("BinaryOperator", "CompoundAssignOperator")


@dataclasses.dataclass(eq=False)
class Fault:
    file: str
    function: str
    start: int
    end: int
    new: str    # what is put there
    was: str    # the expression or statement that is shown, as it is,
    becomes: str  # and with the fault
    line: int
    nth: int = 1  # of those in the function that look the same

    @property
    def name(self):
        """Where it is, whatever else of the file changes."""
        nth = f" #{self.nth}" if self.nth > 1 else ""
        return f"{self.file} {self.function}: {flat(self.was)} => {flat(self.becomes)}{nth}"

    def put_in(self, text):
        return text[:self.start] + self.new + text[self.end:]


@dataclasses.dataclass
class Function:
    """Where it begins, its name, its body, its end."""
    name: str
    start: int
    named: int
    body: int
    end: int
    parameters: list
    answers: bool


def flat(text):
    return " ".join(text.split())


def closing(text, start):
    """Where the parenthesis that opens at `start` has been closed."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i + 1
    return start


def place_files(node, last=None):
    """Clang names the file of a place only where it is another than the last place's, in the order of its output."""
    if isinstance(node, list):
        for item in node:
            last = place_files(item, last)
    elif isinstance(node, dict):
        if "offset" in node:
            last = node.get("file", last)
            node["in"] = last
        for value in node.values():
            if isinstance(value, (dict, list)):
                last = place_files(value, last)
    return last


def syntax(folder, path, flags):
    run = subprocess.run(["clang", "-Xclang", "-ast-dump=json", "-fsyntax-only", "-w", *flags, str(folder / path)],
                         cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if run.returncode:
        sys.exit(f"mutate: clang does not understand {path}:\n{run.stderr.decode()[-2000:]}")
    tree = json.loads(run.stdout)
    place_files(tree)
    return tree


def command_of(folder, path):
    """The words of the first build of the source in the copy."""
    for entry in json.loads((folder / "build/native/compile_commands.json").read_text()):
        if entry["file"] == str(folder / path):
            return shlex.split(entry["command"])
    sys.exit(f"mutate: no native program has {path}")


def flags_of(folder, path):
    """What the preprocessor is given."""
    words = command_of(folder, path)
    pairs = list(zip(words, words[1:]))
    return ([w for w in words if re.match(r"-(D|I|std=)", w)]
            + [word for pair in pairs if pair[0] == "-isystem" for word in pair])


class Reader:
    """One source: its functions' nodes to faults."""

    def __init__(self, folder, path):
        self.path, self.name = path, str(folder / path)
        self.text = (folder / path).read_text()
        self.bytes_are_characters = self.text.isascii()
        self.asserted = [(m.start(), closing(self.text, m.end())) for m in ASSERTIONS.finditer(self.text)]
        self.faults, self.function, self.functions = [], "", {}
        self.tree = syntax(folder, path, flags_of(folder, path))

    def all(self):
        if not self.bytes_are_characters:
            sys.exit(f"mutate: {self.path} is not ASCII")
        sys.setrecursionlimit(20000)
        for node in self.tree["inner"]:
            if node["kind"] == "FunctionDecl" and self.span(node) and any(map(is_body, node.get("inner", []))):
                body = next(filter(is_body, node["inner"]))
                self.function = node["name"]
                self.functions[self.function] = self.whole(node, body)
                self.visit(body, None)
        return self.numbered()

    def whole(self, node, body):
        start, end = self.span(node)
        parameters = [child["name"] for child in node["inner"] if child["kind"] == "ParmVarDecl"]
        answers = not node["type"]["qualType"].startswith("void (")
        return Function(node["name"], start, node["loc"]["offset"], self.span(body)[0], end, parameters, answers)

    def numbered(self):
        """Each once, in the order of the text; those that look the same are counted."""
        seen, found = {}, {}
        for fault in sorted(self.faults, key=lambda fault: (fault.start, fault.end, fault.new)):
            found.setdefault((fault.start, fault.end, fault.new), fault)
        for fault in found.values():
            seen[fault.name] = fault.nth = seen.get(fault.name, 0) + 1
        return list(found.values())

    # --- Places ---

    def point(self, place):
        """(offset, length of the token, it is the name of a macro) in this source; None: elsewhere."""
        if "offset" not in place and place.get("expansionLoc", {}).get("isMacroArgExpansion"):
            place = place["spellingLoc"]
        macro = "offset" not in place
        place = place.get("expansionLoc", {}) if macro else place
        return (place["offset"], place["tokLen"], macro) if place.get("in") == self.name else None

    def span(self, node):
        """Where its text begins and ends; None: not in this source, or only a part of what a macro stands for."""
        places = node.get("range", {})
        begin, end = self.point(places.get("begin", {})), self.point(places.get("end", {}))
        if not begin or not end or begin[0] > end[0] or (begin[2] != end[2] and begin[0] == end[0]):
            return None
        after = end[0] + end[1]
        if end[2] and self.text[after:after + 1] == "(":
            after = closing(self.text, after)
        return begin[0], after

    def of(self, node):
        return self.text[slice(*self.span(node))]

    def plain(self, node):
        """It is written here, not what a macro stands for."""
        begin = node.get("range", {}).get("begin", {})
        return self.span(node) is not None and not self.point(begin)[2]

    def is_asserted(self, node):
        start = self.span(node)[0]
        return any(first <= start < last for first, last in self.asserted)

    # --- Faults ---

    def add(self, node, new, shown=None):
        """`new` for the node's text; shown as a part of `shown`, a node around it."""
        start, end = self.span(node)
        first, last = self.span(shown) if shown and self.span(shown) else (start, end)
        becomes = self.text[first:start] + new + self.text[end:last]
        line = self.text.count("\n", 0, start) + 1
        self.faults.append(Fault(self.path, self.function, start, end, new, self.text[first:last], becomes, line))

    def visit(self, node, around):
        kind, inner = node.get("kind"), [child for child in node.get("inner", []) if child.get("kind")]
        if self.span(node) or kind == "DeclStmt":
            handler = getattr(self, f"of_{kind}", None)
            if handler and not (kind != "CallExpr" and self.span(node) and self.is_asserted(node)):
                handler(node, inner, around)
        if kind in ("CompoundStmt", "IfStmt", "ForStmt", "WhileStmt", "CaseStmt", "DefaultStmt"):
            for child in statements(node, kind, inner):
                self.statement(child)
        for child in inner[1:] if kind == "CaseStmt" else inner:
            self.visit(child, around_of(node, kind, around))

    def statement(self, node):
        """Dropped, if it does something and declares nothing."""
        kind = node.get("kind")
        assigns = kind in ASSIGNMENTS and (node["opcode"] == "=" or kind == "CompoundAssignOperator")
        counts = kind == "UnaryOperator" and node["opcode"] in ("++", "--")
        if not self.span(node):
            return
        asserts = kind in ("ParenExpr", "ConditionalOperator") and re.match(r"REQUIRE\(.*\(", self.of(node), re.S)
        if assigns or counts or asserts or kind in ("CallExpr", "BreakStmt", "ContinueStmt"):
            self.add(node, NOTHING)

    def condition(self, node, around):
        """Negated, unless its operator is exchanged for the opposite or dropped anyway."""
        if self.span(node) and node.get("opcode") not in ("==", "!=", "!"):
            self.add(node, f"!({self.of(node)})", around)

    def of_IfStmt(self, node, inner, _):
        shown = inner[0]
        if not self.span(shown):
            return
        self.condition(shown, None)
        if leaves(inner[1]):
            self.add(shown, f"false && ({self.of(shown)})")

    def of_ConditionalOperator(self, node, inner, _):
        if self.plain(node):
            self.condition(inner[0], node)

    def of_BinaryOperator(self, node, inner, around):
        left, right = inner
        if not self.span(left) or not self.span(right) or self.span(left)[1] > self.span(right)[0]:
            return
        if node["opcode"] in HALVED:
            self.add(node, self.of(left))
            self.add(node, self.of(right))
        elif node["opcode"] in EXCHANGED:
            (start, first), (last, end) = self.span(left), self.span(right)
            between = self.text[first:last].replace(node["opcode"], EXCHANGED[node["opcode"]], 1)
            if node["opcode"] in self.text[first:last]:
                self.add(node, self.text[start:first] + between + self.text[last:end])

    of_CompoundAssignOperator = of_BinaryOperator

    def of_UnaryOperator(self, node, inner, around):
        if node["opcode"] == "!" and self.plain(node) and self.span(inner[0]):
            self.add(node, self.of(inner[0]), around)

    def of_IntegerLiteral(self, node, inner, around):
        text = self.of(node)
        if text in ("true", "false"):
            self.add(node, "false" if text == "true" else "true", around)
        elif text != "NULL" and CONSTANT.fullmatch(text):
            self.add(node, f"({text} + 1)", around)
            if int(node["value"]) and self.plain(node):
                self.add(node, f"({text} - 1)", around)

    def of_DeclRefExpr(self, node, inner, around):
        if node.get("referencedDecl", {}).get("kind") == "EnumConstantDecl":
            self.add(node, f"({self.of(node)} + 1)", around)

    def of_CallExpr(self, node, inner, _):
        for one, other in zip(inner[1:], inner[2:]):
            if not self.span(one) or not self.span(other) or kind_of(one) != kind_of(other):
                continue
            (start, first), (last, end) = self.span(one), self.span(other)
            if first <= last and self.of(one) != self.of(other):
                self.add(node, self.text[self.span(node)[0]:start] + self.text[last:end] + self.text[first:last]
                         + self.text[start:first] + self.text[end:self.span(node)[1]])


def is_body(node):
    return node.get("kind") == "CompoundStmt"


def kind_of(node):
    return node.get("type", {}).get("desugaredQualType", node.get("type", {}).get("qualType"))


def leaves(node):
    """A branch that returns, and does nothing else."""
    inner = node.get("inner", [])
    return node["kind"] == "ReturnStmt" or (is_body(node) and len(inner) == 1 and inner[0]["kind"] == "ReturnStmt")


def statements(node, kind, inner):
    """Those that it consists of, not its conditions."""
    if kind == "CompoundStmt":
        return inner
    return inner[-1:] if kind in ("ForStmt", "WhileStmt", "DefaultStmt") else inner[1:]


def around_of(node, kind, around):
    """What a small change is shown in: the innermost statement, condition or call."""
    if kind in ("ReturnStmt", "DeclStmt", "CallExpr", "BinaryOperator", "CompoundAssignOperator", "ConditionalOperator"):
        return node
    return None if kind in ("CompoundStmt", "IfStmt", "ForStmt", "WhileStmt", "DoStmt", "SwitchStmt") else around
