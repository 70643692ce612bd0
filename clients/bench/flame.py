"""flame.py - where the processor's time goes in a running process, as a flame graph: perf's stacks folded into an SVG

Wide is what takes long, what stands above was called from below; one tower for each thread. No script, no download: the
text of a box is its tooltip.
"""

import html
import pathlib
import shutil
import subprocess
import tempfile
import zlib

WIDTH, ROW, LETTER, LEAST = 1600, 17, 7, 0.4
HERTZ = 199


class Absent(Exception):
    """There is no perf, or it may not look; the text tells."""


def record(pid, seconds):
    """What perf says of the process, as text."""
    if not shutil.which("perf"):
        raise Absent("perf is not installed (Debian: linux-perf)")
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / "perf.data"
        done = subprocess.run(["perf", "record", "-q", "-F", str(HERTZ), "--call-graph", "dwarf,16384", "-p", str(pid),
                               "-o", str(data), "--", "sleep", str(seconds)],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode or not data.exists():
            raise Absent(f"perf record: {done.stdout.strip()[-300:]}")
        done = subprocess.run(["perf", "script", "--no-inline", "-i", str(data), "-F", "comm,tid,ip,sym"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace",
                              check=False)
    return done.stdout


def fold(text, names):
    """perf script's text -> {(thread, outermost, ..., innermost): samples}. names: by number of the thread."""
    stacks, head, frames = {}, None, []
    for line in [*text.splitlines(), ""]:
        if line and not line[0].isspace():
            words = line.split()
            head = names.get(int(words[-1]), words[0]) if words[-1].isdigit() else words[0]
        elif line.strip():
            frames.append(line.split(None, 1)[1].strip() if len(line.split(None, 1)) > 1 else "?")
        elif head:
            stack = (head, *reversed([frame.split("+0x")[0] for frame in frames]))
            stacks[stack] = stacks.get(stack, 0) + 1
            head, frames = None, []
    return stacks


def grow(stacks):
    """A tree: node = [samples, {name: node}]."""
    root = [0, {}]
    for stack, n in stacks.items():
        node = root
        node[0] += n
        for name in stack:
            node = node[1].setdefault(name, [0, {}])
            node[0] += n
    return root


def boxes(node, left, level, scale):
    """(name, samples, left, level, width), outermost first."""
    for name, child in sorted(node[1].items()):
        width = child[0] * scale
        if width >= LEAST:
            yield name, child[0], left, level, width
            yield from boxes(child, left, level + 1, scale)
        left += width


def colour(name):
    n = zlib.crc32(name.encode())
    return f"rgb({205 + n % 50},{90 + n // 50 % 110},{40 + n // 5500 % 50})"


def draw(stacks, title):
    root = grow(stacks)
    scale = WIDTH / max(1, root[0])
    placed = list(boxes(root, 0, 0, scale))
    height = ROW * (max((box[3] for box in placed), default=0) + 3)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="monospace" font-size="11">',
           f'<rect width="100%" height="100%" fill="#fff"/><text x="4" y="13">{html.escape(title)}, {root[0]} samples</text>']
    for name, n, left, level, width in placed:
        y = height - ROW * (level + 1)
        fits = int((width - 6) / LETTER)
        text = name if len(name) <= fits else name[:fits - 2] + ".." if fits > 3 else ""
        out.append(f'<g><title>{html.escape(name)}: {n} samples, {n / root[0]:.1%}</title><rect x="{left:.1f}" y="{y}" '
                   f'width="{width:.1f}" height="{ROW - 1}" fill="{colour(name)}"/><text x="{left + 3:.1f}" y="{y + 12}">'
                   f'{html.escape(text)}</text></g>')
    return "\n".join([*out, "</svg>", ""])
