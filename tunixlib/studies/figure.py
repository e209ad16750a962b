"""The figures of a study: each comparison over all seeds, and each seed beside it, with the smallest effect drawn in;
where works were shown, what was seen of their errors.

png = study_png(bar, claims)      # bytes; claims: those of claims.json
list(figure_faults(png, bar, claims))      # []; a picture from elsewhere has none of the facts inside

The file names the sha256 of the claims that it was drawn from and what it was drawn with.
"""

import io
import platform
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tunixlib.analysis.effect_figure import Effect, effect_figure
from tunixlib.analysis.figure_style import STYLE, empty, new_figure, png_bytes
from tunixlib.artifacts import canonical_json, sha256_text
from tunixlib.studies.bar import JUDGED, Bar
from tunixlib.studies.correction_figure import plot_shown_errors
from tunixlib.studies.correction_report import CORRECTION_FIGURE, shows_errors
from tunixlib.studies.report import FIGURE, comparison_ids

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure_names(bar: Bar, claims: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The file names of the figures that a study with these claims has."""
    known = {claim["id"]: claim for claim in claims}
    return (FIGURE, CORRECTION_FIGURE) if shows_errors(bar, known) else (FIGURE,)


def study_png(bar: Bar, claims: Sequence[Mapping[str, Any]], name: str = FIGURE) -> bytes:
    """A figure as PNG bytes: same claims, same bytes, for one version of what it is drawn with."""
    import matplotlib.style

    with matplotlib.style.context(["default", STYLE]):
        figure = plot_shown_errors(bar, claims) if name == CORRECTION_FIGURE else _plot(bar, claims)
        return png_bytes(figure, {"claims_sha256": claims_sha256(claims), **drawn_with()})


def claims_sha256(claims: Sequence[Mapping[str, Any]]) -> str:
    """The sha256 of the canonical JSON of the claims."""
    return sha256_text(canonical_json(list(claims)))


def drawn_with() -> dict[str, str]:
    """What decides the pixels: versions of matplotlib and Pillow, and the platform, on which rounding depends."""
    from importlib.metadata import version

    where = f"{platform.system()} {platform.machine()}"
    return {"matplotlib": version("matplotlib"), "pillow": version("pillow"), "platform": where}


def figure_faults(png: bytes, bar: Bar, claims: Sequence[Mapping[str, Any]], name: str = FIGURE) -> Iterator[str]:
    """What shows that a figure was not drawn from these claims.

    Where it was drawn with what is installed here it is drawn again and every pixel compared; elsewhere the claims that
    it names must do.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(png)) as image:
            facts, found = dict(image.info), image.convert("RGB")
    except (UnidentifiedImageError, OSError):
        yield "a file that is no picture"
        return
    if facts.get("claims_sha256") != claims_sha256(claims):
        yield "a picture that does not name these claims: it is older than they are, or made by hand"
    if {name: facts.get(name) for name in drawn_with()} == drawn_with():
        again = Image.open(io.BytesIO(study_png(bar, claims, name))).convert("RGB")
        if (found.size, found.tobytes()) != (again.size, again.tobytes()):
            yield "other pixels than drawing it again gives"


def study_effects(bar: Bar, claims: Sequence[Mapping[str, Any]]) -> Iterator[Effect]:
    """One effect over all seeds for each comparison that stands, followed by those of its seeds."""
    known = {claim["id"]: claim for claim in claims}
    for claim_id in comparison_ids(bar):
        claim = known[claim_id]
        if "interval" in claim:
            fields = claim["fields"]
            name = f"{fields['a']} - {fields['b']}, {fields['eval_set']}"
            yield _effect(name, claim, fields["items"], whole=True)
            for seed in bar.seeds_of(fields["a"], fields["b"]):
                yield _effect(f"seed {seed}", known[f"{claim_id}/s{seed}"], fields["items"], whole=False)


def _effect(label: str, claim: Mapping[str, Any], items: int, whole: bool) -> Effect:
    low, high = claim["interval"]
    return Effect(label, claim["value"], low, high, n=items, whole=whole)


def _plot(bar: Bar, claims: Sequence[Mapping[str, Any]]) -> "Figure":
    effects = list(study_effects(bar, claims))
    if not effects:
        figure, axes = new_figure(8, 1.6, rows=1, columns=1)
        empty(axes[0, 0], "every comparison was refused")
        return figure
    what = "verdicts and answers" if bar.measure == JUDGED else "answers"
    figure = effect_figure(effects, f"Study {bar.study}: right {what}", bar.smallest_effect)
    level = f"{100 * (1 - bar.alpha):.0f} %"
    figure.axes[0].set_xlabel(
        f"difference in percentage points; {level} interval over seeds and items, 95 % within a seed"
    )
    return figure
