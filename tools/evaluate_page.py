"""Figures as one page of HTML that needs nothing else, and as Markdown."""
import html
import re
import textwrap

STYLE = """body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222;background:#fff}
table{border-collapse:collapse;margin:1em 0;font-size:14px;display:block;overflow-x:auto}
th,td{border-bottom:1px solid #ccc;padding:.2em .7em;text-align:right}
th:first-child,td:first-child,td.t{text-align:left}caption{text-align:left;font-weight:bold}
.s{color:#a40}.c{color:#555}svg{max-width:100%;height:auto}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}th,td{border-color:#444}.c{color:#aaa}.s{color:#fa6}}"""
INTRO = ("What CAEC (arXiv 2512.01594) was judged by, made again with this system, beside the published values. Each part says how "
         "it was made, and what is not comparable.")


def is_number(cell):
    return cell.lstrip("+-")[:1].isdigit() or cell in ("", "-")


def table_html(table):
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in table.head)
    rows = "".join("<tr>" + "".join(f"<td{'' if is_number(cell) else ' class=t'}>{html.escape(cell)}</td>" for cell in row) + "</tr>\n"
                   for row in table.rows)
    return f"<table><caption>{html.escape(table.title)}</caption><tr>{head}</tr>\n{rows}</table>\n"


def part_html(figure):
    out = [f'<h2 id="{figure.name}">{html.escape(figure.title)}</h2>', f"<p>Made by <code>./caec evaluate {figure.name}</code>. "
           f'Status: <span class="s">{html.escape(figure.status)}</span>.</p>']
    if figure.published:
        out.append("<p>Published:</p><ul>" + "".join(f"<li>{html.escape(where)}: {html.escape(what)}</li>" for where, what in figure.published) + "</ul>")
    out += [plot for plot in figure.plots.values() if plot]
    out += [table_html(table) for table in figure.tables]
    out += ["<h3>Method</h3>" + "".join(f"<p>{html.escape(text)}</p>" for text in figure.method)] if figure.method else []
    if figure.caveats:
        out.append("<h3>What it can't say</h3><ul>" + "".join(f'<li class="c">{html.escape(text)}</li>' for text in figure.caveats) + "</ul>")
    return "\n".join(out)


def page(figures):
    links = " · ".join(f'<a href="#{figure.name}">{html.escape(figure.title)}</a>' for figure in figures)
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>CAEC: the evaluation</title><style>{STYLE}</style>\n<h1>CAEC: the evaluation</h1>\n<p>{html.escape(INTRO)}</p>"
            f"<p>{links}</p>\n" + "\n".join(map(part_html, figures)) + "</html>\n")


def wrap(text, indent=""):
    return textwrap.fill(text, 100, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def table_markdown(table):
    rows = ["| " + " | ".join(row) + " |" for row in (table.head, ["---"] * len(table.head), *table.rows)]
    return f"{table.title}:\n\n" + "\n".join(rows)


def part_markdown(figure):
    out = [f"## {figure.title}", wrap(f"`./caec evaluate {figure.name}`. Status: {figure.status}.")]
    if figure.published:
        out.append("Published:\n\n" + "\n".join(wrap(f"- {where}: {what}", "  ") for where, what in figure.published))
    out += map(table_markdown, figure.tables)
    out += map(wrap, figure.method)
    out += ["\n".join(wrap(f"- {text}", "  ") for text in figure.caveats)] if figure.caveats else []
    return "\n\n".join(out)


def markdown(parts, figures, before):
    """All parts, in order: those that were measured, and the others as they are in the document `before`."""
    head = ("# The evaluation\n\n" + wrap(INTRO) + "\n\n    ./caec evaluate            # all parts: build/evaluation/index.html, with the plots\n"
            "    ./caec evaluate --check    # and what has moved since the values in bench/evaluation.json\n\n"
            + wrap("This file is written by `./caec evaluate --save`: each part is what was measured when that was last saved."))
    sections = {re.search("`./caec evaluate (.*?)`", text)[1]: f"## {text.strip()}" for text in re.split("^## ", before, flags=re.M)[1:]}
    sections |= {figure.name: part_markdown(figure) for figure in figures}
    return "\n\n".join([head, *(sections[part] for part in parts if part in sections)]) + "\n"
