"""A64 as compilers write it: one thread of a litmus test, run on values that are known, with what each depends on.

A value is (number, reads): the reads of this thread that it was computed from. What an instruction does to registers is
done here; what its access of memory means, by who inherits: `load`, `store`, `update`, `barrier`, `choose`.
"""
import re
import subprocess

NONE = frozenset()
MASK = (1 << 64) - 1
STACK = 1 << 60  # a thread's own: nobody else has it
RETURN = 1 << 61  # where the outermost function returns to
STEPS = 20000
CONDITIONS = {
    "eq": lambda n, z, c, v: z, "ne": lambda n, z, c, v: not z, "cs": lambda n, z, c, v: c, "cc": lambda n, z, c, v: not c,
    "hs": lambda n, z, c, v: c, "lo": lambda n, z, c, v: not c, "mi": lambda n, z, c, v: n, "pl": lambda n, z, c, v: not n,
    "vs": lambda n, z, c, v: v, "vc": lambda n, z, c, v: not v, "hi": lambda n, z, c, v: c and not z,
    "ls": lambda n, z, c, v: not c or z, "ge": lambda n, z, c, v: n == v, "lt": lambda n, z, c, v: n != v,
    "gt": lambda n, z, c, v: not z and n == v, "le": lambda n, z, c, v: z or n != v, "al": lambda n, z, c, v: True,
}
ATOMIC = re.compile(r"(cas|swp|ldadd|ldclr|ldset|ldeor|stadd|stclr|stset|steor)(a?)(l?)([bh]?)$")
ACCESS = re.compile(r"(ldr|ldur|str|stur|ldar|ldapr|ldapur|stlr|stlur)(s?)([bhw]?)$")


class Stuck(Exception):
    """What this file does not know, or a program that leaves itself."""


class Stopped(Exception):
    """A REQUIRE that fails (port_panic(), a brk)."""


class Cut(Exception):
    """A path that goes round a loop more often than is looked at."""


def signed(value, bits):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def operands(text):
    """Split at commas, but for those inside brackets."""
    return [part.strip() for part in re.split(r",(?![^\[]*\])", text)] if text else []


def decode(text):
    op, _, rest = re.sub(r"\s*(//|<).*", "", text.strip()).partition(" ")
    return op, operands(rest.strip())


class Program:
    """An ELF file, as objdump shows it: instructions, symbols, and the bytes of its data."""

    def __init__(self, path):
        def tool(*arguments):
            return subprocess.run([f"aarch64-linux-gnu-{arguments[0]}", *arguments[1:], path], check=True, text=True,
                                  stdout=subprocess.PIPE).stdout

        self.code = {}
        for line in tool("objdump", "-d", "--no-show-raw-insn").splitlines():
            if match := re.match(r"\s*([0-9a-f]+):\t(.*)", line):
                self.code[int(match[1], 16)] = decode(match[2].replace("\t", " "))
        self.symbols = {name: int(value, 16) for value, _, name in (line.split() for line in tool("nm").splitlines()
                                                                    if len(line.split()) == 3)}
        self.bytes = {}
        for line in tool("objdump", "-s").splitlines():
            match = re.match(r" ([0-9a-f]+) ((?:[0-9a-f]+ ){1,4})", line)
            if match and int(match[1], 16) >= min(self.code):  # (What is below is in no memory.)
                for i, byte in enumerate(bytes.fromhex(match[2].replace(" ", ""))):
                    self.bytes[int(match[1], 16) + i] = byte


class Cpu:
    def __init__(self, program, entry, arguments=()):
        self.program, self.pc = program, entry
        self.regs = {i: (0, NONE) for i in range(31)} | {"sp": (STACK, NONE), 30: (RETURN, NONE)}
        for i, value in enumerate(arguments):
            self.regs[i] = (value, NONE)
        self.flags, self.flag_deps = (False, True, False, False), NONE
        self.stack = {}

    def run(self):
        for _ in range(STEPS):
            if self.pc == RETURN:
                return self.regs[0][0]
            if self.pc not in self.program.code:
                raise Stuck(f"goes to {self.pc:#x}, which is not there")
            op, args = self.program.code[self.pc]
            self.pc += 4
            try:
                self.step(op, args)
            except (ValueError, IndexError, KeyError, AttributeError, TypeError) as problem:
                raise Stuck(f"{self.pc - 4:#x}: {op} {', '.join(args)}: {problem!r}") from problem
        raise Cut

    # --- Registers and operands

    @staticmethod
    def width(name):
        return 32 if name[0] == "w" else 64

    def get(self, name):
        if name in ("xzr", "wzr"):
            return 0, NONE
        value, deps = self.regs["sp" if name in ("sp", "wsp") else int(name[1:])]
        return value & ((1 << self.width(name)) - 1), deps

    def set(self, name, value, deps):
        if name not in ("xzr", "wzr"):
            self.regs["sp" if name == "sp" else int(name[1:])] = (value & ((1 << self.width(name)) - 1), deps)

    @staticmethod
    def number(text):
        return int(text.lstrip("#"), 0)

    def extended(self, value, how, bits):
        kind, _, amount = how.partition(" ")
        amount = self.number(amount) if amount else 0
        mask = (1 << bits) - 1
        if kind == "lsl":
            return value << amount & mask
        if kind == "lsr":
            return (value & mask) >> amount
        if kind == "asr":
            return signed(value, bits) >> amount & mask
        if kind == "ror":
            return ((value & mask) >> amount | value << (bits - amount)) & mask
        size = {"b": 8, "h": 16, "w": 32, "x": 64}[kind[3]]
        value = signed(value, size) if kind[0] == "s" else value & ((1 << size) - 1)
        return value << amount & mask

    def operand(self, args, bits):
        """A register or a number, with a shift or an extension behind it."""
        if args[0][0] not in "xw" and args[0] != "sp":
            value, deps = self.number(args[0]), NONE
        else:
            value, deps = self.get(args[0])
        for how in args[1:]:
            value = self.extended(value, how, bits)
        return value & ((1 << bits) - 1), deps

    def add(self, a, b, carry, bits):
        mask = (1 << bits) - 1
        total = (a & mask) + (b & mask) + carry
        result = total & mask
        overflow = signed(a, bits) + signed(b, bits) + carry != signed(result, bits)
        return result, (result >> (bits - 1) == 1, result == 0, total > mask, overflow)

    def holds(self, condition):
        return CONDITIONS[condition](*self.flags)

    # --- Memory

    def own(self, address):
        return address >= STACK - (1 << 20)

    def read(self, address, size, kind):
        """A load by an instruction: from the thread's own stack, or from what all see."""
        where, deps = address
        if self.own(where):
            parts = [self.stack.get(where + i, (0, NONE)) for i in range(size)]
            return sum(byte << (8 * i) for i, (byte, _) in enumerate(parts)), deps.union(*(d for _, d in parts))
        return self.load(where, size, kind, deps)

    def write(self, address, size, value, kind):
        where, deps = address
        number, data = value
        if self.own(where):
            for i in range(size):
                self.stack[where + i] = (number >> (8 * i) & 255, data)
        else:
            self.store(where, size, number & ((1 << (8 * size)) - 1), kind, deps, data)

    def address(self, args):
        """The address of [base, ...] and what follows it; base registers that change are changed."""
        inside = operands(args[0].strip("![]"))
        base, deps = self.get(inside[0])
        offset, more = self.operand(inside[1:], 64) if len(inside) > 1 else (0, NONE)
        where = (base + offset) & MASK, deps | more
        if args[0].endswith("!"):
            self.set(inside[0], *where)
        elif len(args) > 1:
            self.set(inside[0], (base + self.number(args[1])) & MASK, deps)
        return where

    def access(self, op, args):
        name, is_signed, part = ACCESS.match(op).groups()
        size = {"b": 1, "h": 2, "w": 4}.get(part, self.width(args[0]) // 8)
        value = self.get(args[0])
        if name.startswith("st"):
            self.write(self.address(args[1:]), size, value, {"L"} if name in ("stlr", "stlur") else set())
            return
        kind = {"ldar": {"A"}, "ldapr": {"Q"}, "ldapur": {"Q"}}.get(name, set())
        number, deps = self.read(self.address(args[1:]), size, kind)
        self.set(args[0], signed(number, 8 * size) if is_signed else number, deps)

    def pair(self, op, args):
        size = self.width(args[0]) // 8
        values = self.get(args[0]), self.get(args[1])
        where, deps = self.address(args[2:])
        for i in range(2):
            if op == "stp":
                self.write((where + i * size, deps), size, values[i], set())
            else:
                self.set(args[i], *self.read((where + i * size, deps), size, set()))

    def atomic(self, op, args):
        """One that reads and writes. An acquire whose result nobody wants is none (nor is what it reads ordered)."""
        name, acquire, release, part = ATOMIC.match(op).groups()
        if name.startswith("st"):
            name, args = "ld" + name[2:], [args[0], args[0][0] + "zr", args[1]]
        size = {"b": 1, "h": 2}.get(part, self.width(args[0]) // 8)
        operand, old = self.get(args[0]), self.get(args[1])
        mask = (1 << (8 * size)) - 1
        change = {
            "cas": lambda seen: old[0] if seen == operand[0] & mask else None, "swp": lambda seen: operand[0],
            "ldadd": lambda seen: seen + operand[0], "ldclr": lambda seen: seen & ~operand[0],
            "ldset": lambda seen: seen | operand[0], "ldeor": lambda seen: seen ^ operand[0],
        }[name]
        where, deps = self.address(args[2:])
        no_return = name != "cas" and args[1] in ("xzr", "wzr")
        kinds = (set() if no_return else {"A"} if acquire else set()) | ({"NoRet"} if no_return else set()), \
            {"L"} if release else set()
        data = old[1] if name == "cas" else operand[1]
        seen, deps = self.update(where, size, lambda value: None if change(value) is None else change(value) & mask,
                                 kinds, deps, data)
        self.set(args[0] if name == "cas" else args[1], seen, deps)

    # --- Instructions

    def jump(self, taken, target, deps):
        self.choose(deps)
        if taken:
            self.pc = int(target, 16)

    def step(self, op, args):
        if ATOMIC.match(op):
            self.atomic(op, args)
        elif ACCESS.match(op):
            self.access(op, args)
        elif op in ("ldp", "stp"):
            self.pair(op, args)
        elif op in ("dmb", "dsb", "isb"):
            self.barrier("isb" if op == "isb" else {"ishld": "ld", "ld": "ld", "ishst": "st", "st": "st"}.get(args[0], "full"))
        elif op in ("nop", "yield", "wfe", "sevl", "sev", "prfm", "paciasp", "autiasp", "bti"):
            pass
        elif op == "brk":
            raise Stopped
        elif op in ("b", "bl", "ret", "br", "blr", "cbz", "cbnz", "tbz", "tbnz") or op.startswith("b."):
            self.branch(op, args)
        elif op in ("adr", "adrp"):
            self.set(args[0], int(args[1], 16), NONE)
        else:
            self.compute(op, args)

    def branch(self, op, args):
        if op in ("bl", "blr"):
            self.regs[30] = (self.pc, NONE)
        if op in ("b", "bl"):
            self.pc = int(args[0], 16)
        elif op in ("ret", "br", "blr"):
            self.pc, deps = self.get(args[0] if args else "x30")
            self.choose(deps)
        elif op.startswith("b."):
            self.jump(self.holds(op[2:]), args[0], self.flag_deps)
        else:
            value, deps = self.get(args[0])
            if op[0] == "t":
                value = value >> self.number(args[1]) & 1
            self.jump((value == 0) == op.endswith("bz"), args[-1], deps)

    def compute(self, op, args):
        bits = self.width(args[0])
        if op in ("cmp", "cmn", "tst", "ccmp", "ccmn"):
            self.compare(op, args, bits)
        elif op in ("cset", "csetm", "csel", "csinc", "csneg", "csinv", "cinc", "cneg", "cinv"):
            self.select(op, args, bits)
        elif op in ("ubfx", "ubfiz", "sbfx", "sbfiz", "bfi", "bfxil"):
            self.field(op, args, bits)
        elif op in ("mov", "movz", "mvn", "neg", "movn"):
            value, deps = self.operand(args[1:], bits)
            self.set(args[0], ~value if op in ("mvn", "movn") else -value if op == "neg" else value, deps)
        elif op == "movk":
            value, deps = self.get(args[0])
            shift = self.number(args[2].split()[1]) if len(args) > 2 else 0
            self.set(args[0], value & ~(0xffff << shift) | self.number(args[1]) << shift, deps)
        elif op in ("uxtb", "uxth", "uxtw", "sxtb", "sxth", "sxtw"):
            value, deps = self.get(args[1])
            self.set(args[0], self.extended(value, op, bits), deps)
        elif op in ("madd", "msub"):
            (a, d1), (b, d2), (c, d3) = (self.get(arg) for arg in args[1:])
            self.set(args[0], c + a * b if op == "madd" else c - a * b, d1 | d2 | d3)
        else:
            self.binary(op, args, bits)

    def binary(self, op, args, bits):
        a, d1 = self.get(args[1])
        if op in ("lsl", "lsr", "asr", "ror"):
            b, d2 = self.operand(args[2:], bits)
            self.set(args[0], self.extended(a, f"{op} #{b % bits}", bits), d1 | d2)
            return
        b, d2 = self.operand(args[2:], bits)
        if op in ("adds", "subs", "ands", "bics"):
            result, self.flags = {
                "adds": lambda: self.add(a, b, 0, bits), "subs": lambda: self.add(a, ~b, 1, bits),
                "ands": lambda: self.logic(a & b, bits), "bics": lambda: self.logic(a & ~b, bits),
            }[op]()
            self.flag_deps = d1 | d2
        else:
            result = {
                "add": lambda: a + b, "sub": lambda: a - b, "and": lambda: a & b, "orr": lambda: a | b,
                "eor": lambda: a ^ b, "bic": lambda: a & ~b, "orn": lambda: a | ~b, "eon": lambda: a ^ ~b,
                "mul": lambda: a * b, "umulh": lambda: a * b >> 64, "udiv": lambda: a // b if b else 0,
            }[op]()
        self.set(args[0], result, d1 | d2)

    @staticmethod
    def logic(value, bits):
        value &= (1 << bits) - 1
        return value, (value >> (bits - 1) == 1, value == 0, False, False)

    def compare(self, op, args, bits):
        a, d1 = self.get(args[0])
        if op.startswith("cc"):
            b, d2 = self.operand(args[1:2], bits)
            # (Which of the two it is depends on the flags before.)
            self.flag_deps = self.flag_deps | d1 | d2
            if not self.holds(args[3]):
                given = self.number(args[2])
                self.flags = tuple(bool(given >> i & 1) for i in (3, 2, 1, 0))
                return
        else:
            b, d2 = self.operand(args[1:], bits)
            self.flag_deps = d1 | d2
        if op == "tst":
            self.flags = self.logic(a & b, bits)[1]
        else:
            self.flags = self.add(a, b if op.endswith("mn") else ~b, 0 if op.endswith("mn") else 1, bits)[1]

    def select(self, op, args, bits):
        mask = (1 << bits) - 1
        yes = self.holds(args[-1])
        if op in ("cset", "csetm"):
            self.set(args[0], (1 if op == "cset" else mask) if yes else 0, self.flag_deps)
            return
        change = {"inc": lambda value: value + 1, "neg": lambda value: -value, "inv": lambda value: ~value}
        a, d1 = self.get(args[1])
        if len(args) == 3:  # cinc, cneg, cinv: of one register, if so
            self.set(args[0], change[op[1:]](a) if yes else a, d1 | self.flag_deps)
            return
        b, d2 = self.get(args[2])
        self.set(args[0], a if yes else b if op == "csel" else change[op[2:]](b), d1 | d2 | self.flag_deps)

    def field(self, op, args, bits):
        low, width = self.number(args[2]), self.number(args[3])
        value, deps = self.get(args[1])
        mask = (1 << width) - 1
        if op in ("bfi", "bfxil"):
            old, more = self.get(args[0])
            part = (value & mask) << low if op == "bfi" else value >> low & mask
            self.set(args[0], old & ~(mask << low if op == "bfi" else mask) | part, deps | more)
            return
        part = value & mask if op.endswith("iz") else value >> low & mask
        part = signed(part, width) if op[0] == "s" else part
        self.set(args[0], part << low if op.endswith("iz") else part, deps)


class Alone(Cpu):
    """One thread by itself, on a memory {address: byte}: what is before, and what is asked at the end."""

    def __init__(self, program, entry, memory, arguments=()):
        super().__init__(program, entry, arguments)
        self.memory = memory

    def load(self, where, size, kind, deps):
        return sum(self.memory.get(where + i, 0) << (8 * i) for i in range(size)), NONE

    def store(self, where, size, value, kind, deps, data):
        for i in range(size):
            self.memory[where + i] = value >> (8 * i) & 255

    def update(self, where, size, change, kinds, deps, data):
        seen, _ = self.load(where, size, set(), deps)
        if (value := change(seen)) is not None:
            self.store(where, size, value, set(), deps, data)
        return seen, NONE

    def barrier(self, kind):
        pass

    def choose(self, deps):
        pass
