"""What all figures share: colours that colour-blind readers can tell apart, one font, text that cannot break a figure.

    figure, axes = new_figure(10, 3, rows=1, columns=2)
    axes[0, 0].plot([1, 2], color=colour("flat"))
    axes[0, 1].text(0, 0, drawable("$5 for 3 \N{CJK UNIFIED IDEOGRAPH-82F9}"), parse_math=False)
    png = png_bytes(figure)       # the same figure gives the same bytes

Figures are made without pyplot, so nothing is kept open. In a notebook, `%matplotlib inline` once, and a figure at the
end of a cell is shown.
"""

import io
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tunixlib.runs import Run

DPI = 110
FONT = "DejaVu Sans"  # comes with matplotlib and has the marks

# Okabe and Ito's palette. Arms: flat is blue, curriculum vermilion; its stages go from light to dark.
COLOURS = {
    "base": "#7f7f7f",
    "flat": "#0072B2",
    "curriculum": "#D55E00",
    "reverse": "#009E73",
    "shuffled-stages": "#CC79A7",
    "control": "#000000",
    "surface": "#CC79A7",
    "contrastive": "#009E73",
    "retry": "#8C6D1F",
    "stage_a": "#56B4E9",
    "stage_b": "#E69F00",
    "stage_c": "#D55E00",
}
OTHERS = ("#009E73", "#CC79A7", "#000000")
TRUE, FALSE, UNCHECKED = "#009E73", "#D55E00", "#7f7f7f"

STYLE = {
    "font.family": FONT,
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "axes.axisbelow": True,
    "axes.titlesize": 10.5,
    "legend.frameon": False,
}


def colour(name: str) -> str:
    """The colour of an arm or checkpoint; names that are not known share the rest of the palette."""
    return COLOURS.get(name) or OTHERS[sum(name.encode("utf-8")) % len(OTHERS)]


def styled(plot: "Callable[[Run], Figure]") -> "Callable[[Run], Figure]":
    """Draw in our style, whatever style the reader's matplotlib or notebook has."""

    @wraps(plot)
    def drawn(run: "Run") -> "Figure":
        import matplotlib.style

        with matplotlib.style.context(["default", STYLE]):
            return plot(run)

    return drawn


def new_figure(width: float, height: float, rows: int, columns: int, **options: Any) -> "tuple[Figure, Any]":
    """A figure of ``width`` by ``height`` inches and its axes, (rows, columns)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def png_bytes(figure: "Figure", facts: Mapping[str, str] | None = None) -> bytes:
    """The figure as a PNG of 256 colours (half the size): same content, same bytes, for one matplotlib version.

    ``facts`` become text inside the file, beside the picture.
    """
    import matplotlib.style
    from PIL import Image  # matplotlib depends on it
    from PIL.PngImagePlugin import PngInfo

    with matplotlib.style.context(["default", STYLE]):
        figure.canvas.draw()
    size = figure.canvas.get_width_height(physical=True)
    image = Image.frombytes("RGBA", size, bytes(figure.canvas.buffer_rgba())).convert("RGB")  # type: ignore[attr-defined]
    stream, info = io.BytesIO(), PngInfo()
    for name, value in sorted((facts or {}).items()):
        info.add_text(name, value)
    image.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        stream, "PNG", optimize=True, pnginfo=info
    )
    return stream.getvalue()


def drawable(text: str) -> str:
    """The text with every character that the font cannot draw replaced by a box; line ends stay, tabs become spaces."""
    known = _drawable_characters()
    return "".join(char if char == "\n" or ord(char) in known else "\N{WHITE SQUARE}" for char in text.expandtabs(4))


@lru_cache(maxsize=1)
def _drawable_characters() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(code for code in get_font(findfont(FontProperties(family=FONT))).get_charmap() if code >= 32)


def empty(axes: Any, why: str) -> None:
    """Say in the middle of a panel why nothing is drawn there."""
    axes.text(0.5, 0.5, why, ha="center", va="center", transform=axes.transAxes, color="#555555", wrap=True)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
