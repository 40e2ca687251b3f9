"""Markdown as a picture, much as a forge shows it: `python tests/picture.py FILE.md OUT.png [mermaid.min.js]`.

Needs chromium; with Mermaid's own script, its blocks are drawn.
"""

import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ font: 14px/1.5 system-ui, "DejaVu Sans", sans-serif; margin: 0 auto; padding: 24px 32px; width: 836px;
        color: #1f2328 }}
h2 {{ font-size: 21px; border-bottom: 1px solid #d1d9e0; padding-bottom: 6px }} h3 {{ font-size: 17.5px }}
code {{ font: 85% "DejaVu Sans Mono", monospace; background: #818b981f; border-radius: 6px; padding: 2px 5px;
        overflow-wrap: anywhere }}
table {{ border-collapse: collapse }} th, td {{ border: 1px solid #d1d9e0; padding: 6px 13px }}
tr:nth-child(even) {{ background: #f6f8fa }} a {{ color: #0969da; text-decoration: none }}
pre.mermaid svg {{ max-height: 260px }}
blockquote {{ margin: 0; padding: 0 1em; color: #59636e; border-left: 4px solid #d1d9e0 }}
</style>{body}"""


_BLOCK = re.compile(r'<pre><code class="language-mermaid">(.*?)</code></pre>', re.DOTALL)


def render_page(markdown: str, mermaid: Path | None = None) -> str:
    """The Markdown as an HTML page."""
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    if mermaid is not None:
        body = _BLOCK.sub(r'<pre class="mermaid">\1</pre>', body)
        body += f'<script src="{mermaid.resolve().as_uri()}"></script><script>mermaid.initialize({{}})</script>'
    return _PAGE.format(body=body)


def take_picture(markdown: str, picture: Path, *, height: int = 1400, mermaid: Path | None = None) -> tuple[int, int]:
    """Write the PNG; gives its width and height in pixels."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("needs chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(render_page(markdown, mermaid), encoding="utf-8")
        options = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
        options += " --virtual-time-budget=4000 --allow-file-access-from-files"
        subprocess.run(
            [
                chromium,
                *options.split(),
                f"--user-data-dir={folder}/profile",
                f"--screenshot={picture}",
                f"--window-size=900,{height}",
                "--hide-scrollbars",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
        )
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height


if __name__ == "__main__":
    script = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    print(*take_picture(Path(sys.argv[1]).read_text(encoding="utf-8"), Path(sys.argv[2]), mermaid=script))
