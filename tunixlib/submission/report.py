"""A run as one HTML page: its results, then every executed notebook, with all pictures inside.

    write_text(path, render_report(run))

The page fetches nothing: no scripts, no styles, no fonts from elsewhere, and a policy that forbids them. A run that was
made by hand has no executed copies; its page holds the analysis.
"""

import base64
import html
import logging
import re
from pathlib import Path
from typing import Any

from tunixlib.evaluation.reports import scorecard_table
from tunixlib.runs import Run
from tunixlib.stages import STAGES
from tunixlib.submission.facts import read_facts

LARGEST_REPORT = 5_000_000  # bytes

STYLE = """
body { font: 16px/1.55 system-ui, sans-serif; color: #1b1f24; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; margin: 1.8em 0 .6em; }
nav a { margin-right: 1.2em; }
section { border-top: 2px solid #d0d7de; margin-top: 3rem; }
table { border-collapse: collapse; margin: 1em 0; font-size: .92em; display: block; overflow-x: auto; }
th, td { border: 1px solid #d0d7de; padding: .3em .7em; }
pre { font-size: .86em; overflow-x: auto; margin: 0; white-space: pre-wrap; }
code { font-size: .9em; }
.input, .output_text, .output_stream, pre { background: #f6f8fa; padding: .5em .8em; border-radius: 4px; }
.input pre, .output_text pre, .output_stream pre { padding: 0; }
.input { margin-top: 1em; }
.prompt, .anchor-link { display: none; }
img { max-width: 100%; height: auto; }
"""

# What could fetch or run something if a completion that is shown as Markdown held it.
_ACTIVE = re.compile(r"<(?=/?(?:script|link|iframe|object|embed|meta|base|form)\b)", re.IGNORECASE)
_RUN_PICTURE = re.compile(r'src="(figures/[\w.-]+\.png)"')
_NOTEBOOK_LINK = re.compile(r'href="([\w-]+)\.ipynb"')


def render_report(run: Run) -> str:
    """The page. Raises ArtifactError when the run has no results yet, ValueError when the page would be too large."""
    names = [stage.name for stage in STAGES if run.path("notebooks", f"{stage.name}.ipynb").is_file()]
    bodies = dict(zip(names, notebook_bodies([run.path("notebooks", f"{name}.ipynb") for name in names]), strict=True))
    if not bodies:
        bodies = {"analysis": markdown_html(run.path("analysis.md").read_text(encoding="utf-8"))}
    sections = [f'<section id="{name}">\n{_own(run, body)}\n</section>' for name, body in bodies.items()]
    links = " ".join(f'<a href="#{name}">{name}</a>' for name in bodies)
    page = _page(f"Run {run.run_id}", [_opening(run), f"<nav>{links}</nav>", *sections])
    if len(page.encode("utf-8")) >= LARGEST_REPORT:
        raise ValueError(
            f"report of run {run.run_id!r}: found {len(page.encode('utf-8')):,} bytes, expected under "
            f"{LARGEST_REPORT:,}; make the pictures in its notebooks smaller"
        )
    return page


def notebook_bodies(paths: list[Path]) -> list[str]:
    """The cells of each notebook with their outputs as HTML, without a page around them."""
    import nbformat
    from nbconvert import HTMLExporter  # about half a second to import

    quiet = logging.getLogger("tunixlib.report")  # nbconvert warns of every picture that a cell shows
    quiet.setLevel(logging.ERROR)
    exporter = HTMLExporter(template_name="basic", log=quiet)
    return [str(exporter.from_notebook_node(nbformat.read(path, as_version=4))[0]) for path in paths]


def markdown_html(text: str) -> str:
    """Markdown as HTML, tables included."""
    from nbconvert.filters.markdown import markdown2html

    return str(markdown2html(text))


def _opening(run: Run) -> str:
    facts = read_facts(run)
    p = facts.parameters
    about = f"Model `{Path(p['MODEL']).name}`, data `{facts.split['dataset_key']}`, seed {p['SEED']}, 95 % intervals."
    return _safe(markdown_html(f"{about}\n\n{scorecard_table(facts.summary.document)}"))


def _own(run: Run, body: str) -> str:
    """A body with the run's pictures put in where it names them, and links to notebooks leading inside the page."""

    def embed(found: re.Match[str]) -> str:
        path = run.path(found[1])
        data = base64.b64encode(path.read_bytes()).decode("ascii") if path.is_file() else ""
        return f'src="data:image/png;base64,{data}"'

    return _NOTEBOOK_LINK.sub(r'href="#\1"', _RUN_PICTURE.sub(embed, _safe(body)))


def _safe(body: str) -> str:
    return _ACTIVE.sub("&lt;", body)


def _page(title: str, parts: list[str]) -> str:
    from pygments.formatters import HtmlFormatter

    colours: Any = HtmlFormatter().get_style_defs(".highlight")
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    head = [
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        f"<title>{html.escape(title)}</title>",
        f"<style>{STYLE}{colours}</style>",
    ]
    body = "\n".join([f"<h1>{html.escape(title)}</h1>", *parts])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n'
        + "\n".join(head)
        + f"\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
