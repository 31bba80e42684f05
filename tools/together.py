"""A source with all its faults in it, so that it is built once: each a second version of its function, called in its place
in a process whose CAEC_FAULT is the fault's number."""

# What is put in front of the source. CAEC_REACHED is a file for the names of its functions that are called.
HEAD = """# 1 "together"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
static unsigned int together_fault;
static FILE *together_log;
__attribute__((constructor)) static void together_begin(void)
{
	const char *fault = getenv("CAEC_FAULT"), *log = getenv("CAEC_REACHED");

	together_fault = fault != NULL ? (unsigned int)strtoul(fault, NULL, 10) : 0;
	together_log = log != NULL ? fopen(log, "a") : NULL;
}
static inline void together_reach(const char *function, bool *known)
{
	if (together_log == NULL || *known)
		return;
	*known = true;
	fprintf(together_log, "%s\\n", function);
	fflush(together_log);
}
"""
MARK = "together."  # and the fault's number: the file that the compiler thinks a version comes from


def numbers_in(said):
    """The faults that a compiler complains of."""
    return {int(word.split(":")[0]) for word in said.split(MARK)[1:] if word.split(":")[0].isdigit()}


def named(function, text, name):
    """What comes before a function's body, with another name for it, of this file alone."""
    before = text[function.start:function.named] + name + text[function.named + len(function.name):function.body]
    return before if before.startswith("static ") else f"static {before}"


def call(function, name):
    words = f"{name}({', '.join(function.parameters)});"
    return f"return {words}" if function.answers else f"{words} return;"


def version(function, text, number, fault=None):
    """The function as it is, or with a fault in it."""
    name = f"{function.name}_together_{number}"
    body = text[function.body:function.end]
    if fault:
        body = text[function.body:fault.start] + fault.new + text[fault.end:function.end]
        return f'# 1 "{MARK}{number}"\n{named(function, text, name)}{body}\n'
    return f"{named(function, text, name)}{body}\n"


def chooser(function, path, text, faults):
    """What has the function's name: it calls the version that is asked for."""
    lines = [f"\tcase {number}: {call(function, f'{function.name}_together_{number}')}\n" for number in faults]
    return (f'# 1 "together"\n{text[function.start:function.body]}{{\n\tstatic bool known;\n\n'
            f'\ttogether_reach("{path} {function.name}", &known);\n'
            f"\tswitch (together_fault) {{\n{''.join(lines)}\tdefault: {call(function, f'{function.name}_together_0')}\n\t}}\n}}\n")


def together(reader, faults):
    """The text of the source that `reader` has read, with these faults: {number: fault}."""
    text, out, at = reader.text, [HEAD, f'# 1 "{reader.path}"\n'], 0
    for function in sorted(reader.functions.values(), key=lambda function: function.start):
        ours = {n: fault for n, fault in faults.items() if fault.file == reader.path and fault.function == function.name}
        line = text.count("\n", 0, function.start) + 1
        out += [text[at:function.start], "\n"]
        out += [version(function, text, number, fault) for number, fault in ours.items()]
        out += [f'# {line} "{reader.path}"\n', version(function, text, 0), chooser(function, reader.path, text, ours)]
        out.append(f'# {text.count(chr(10), 0, function.end) + 1} "{reader.path}"\n')
        at = function.end
    return "".join(out) + text[at:]
