"""Claims about the figures: small, the same twice, and drawn whatever a run lacks or a model babbles."""

import io

import pytest
from PIL import Image

from tunixlib.analysis.effect_figure import Effect, effect_figure, order_effects, plot_order_effect
from tunixlib.analysis.example_figure import plot_examples, wrap
from tunixlib.analysis.family_figure import MOST_FAMILIES, family_blocks, plot_families
from tunixlib.analysis.figure_style import COLOURS, colour, drawable, png_bytes
from tunixlib.analysis.figures import PLOTS, write_figures
from tunixlib.analysis.run_files import read_summary
from tunixlib.analysis.score_figures import plot_scorecards, plot_sections
from tunixlib.analysis.training_figures import moving_average, plot_loss_curves, plot_trace_lengths
from tunixlib.analysis.work_figure import plot_answer_work

pytestmark = pytest.mark.usefixtures("no_warnings")


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_eight_figures_are_written_small_and_the_same_twice(run):
    paths = write_figures(run)
    assert [path.stem for path in paths] == [
        "loss_curves", "trace_lengths", "scorecards", "sections", "families", "answer_work", "order_effect", "examples",
    ]  # fmt: skip
    first = [path.read_bytes() for path in paths]
    assert all(5_000 < len(data) < 120_000 for data in first)
    assert [path.read_bytes() for path in write_figures(run)] == first
    assert all(b"Software" not in data and b"matplotlib" not in data for data in first)


def test_the_colours_of_the_palette_survive_in_the_file(run):
    image = Image.open(io.BytesIO(png_bytes(plot_sections(run)))).convert("RGB")
    drawn = {colour for _, colour in image.getcolors(1 << 20)}
    for name in ("flat", "stage_a", "stage_b", "stage_c"):
        wanted = [int(COLOURS[name][i : i + 2], 16) for i in (1, 3, 5)]
        assert any(max(abs(a - b) for a, b in zip(wanted, found, strict=True)) <= 3 for found in drawn), name


def test_the_reader_s_own_style_does_not_change_a_figure(run):
    import matplotlib

    before = png_bytes(plot_scorecards(run))
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "black", "savefig.dpi": 30}):
        assert png_bytes(plot_scorecards(run)) == before


def test_loss_curves_show_every_step_and_its_average_with_the_borders_of_the_segments(run):
    panel = plot_loss_curves(run).axes[0]
    lengths = [len(line.get_xdata()) for line in panel.lines]
    assert lengths == [36, 36, 36, 36, 2, 2]
    assert [line.get_xdata()[0] for line in panel.lines[4:]] == [12.5, 24.5]
    assert texts(panel.figure) == ["stage_a", "stage_b", "stage_c"]


def test_a_moving_average_is_as_long_as_its_input_and_level_on_a_level_line():
    assert moving_average([2.0] * 30) == [2.0] * 30
    assert moving_average([0.0, 3.0, 0.0]) == [1.5, 1.0, 1.5]
    assert moving_average([4.0]) == [4.0]
    assert moving_average([0.0] * 6 + [9.0], whole=50)[3:] == [0.0, 1.8, 2.25, 3.0]  # five values, fewer at the end


def test_the_average_of_a_segment_knows_nothing_of_the_next_one(bare_run, made):
    made.training(bare_run, "curriculum", ("stage_a", "stage_b"), steps=20)
    raw, smoothed = (list(line.get_ydata()) for line in plot_loss_curves(bare_run).axes[0].lines[:2])
    assert smoothed == moving_average(raw[:20], whole=40) + moving_average(raw[20:], whole=40)
    assert smoothed != moving_average(raw)


def test_every_trace_of_every_stage_is_in_both_histograms(run):
    for panel in plot_trace_lengths(run).axes:
        assert sum(bar.get_height() for bar in panel.patches) == 60


def test_the_base_model_is_on_top_and_unmeasured_shares_say_so(run):
    figure = plot_scorecards(run)
    accuracy, _, step_truth = figure.axes
    assert [label.get_text() for label in accuracy.get_yticklabels()] == [
        "base",
        "flat",
        "stage_a",
        "stage_b",
        "stage_c",
    ]
    assert accuracy.yaxis_inverted()
    assert [text.get_text() for text in step_truth.texts] == ["nothing to measure"]
    assert len(accuracy.containers) == 10 and len(step_truth.containers) == 4


def test_sections_stand_with_their_counts_the_largest_first(run):
    labels = [label.get_text() for label in plot_sections(run).axes[0].get_xticklabels()]
    assert labels == ["core\n24 items", "edge_case\n8 items", "trace_sensitive\n8 items"]


def test_the_heat_map_writes_the_counts_of_every_family_into_its_cells(bare_run, made):
    def flat(number):
        return {**made.writers["flat"](number), "family": "earning" if number % 4 else "spending"}

    writers = {"base": lambda n: {**made.writers["base"](n), "family": flat(n)["family"]}, "flat": flat}
    made.evaluation(bare_run, checkpoints=("base", "flat"), writers=writers)
    blocks = list(family_blocks(bare_run, read_summary(bare_run), "eval-core"))
    assert [block.title for block in blocks] == [
        "eval-core: core", "eval-core: edge_case", "eval-core: trace_sensitive",
    ]  # fmt: skip
    assert blocks[0].families == ("earning", "spending")
    assert blocks[0].counts == (((0, 18), (6, 18)), ((6, 6), (6, 6)))  # base lenient, flat strict
    panel = plot_families(bare_run).axes[0]
    assert texts(panel.figure)[:4] == ["0/18", "6/18", "6/6", "6/6"]
    assert [label.get_text() for label in panel.get_xticklabels()] == ["base (last number)", "flat"]


def test_a_section_with_many_families_goes_on_in_even_panels(bare_run, made):
    writers = {"flat": lambda n: {**made.prediction(n, "no"), "section": "core", "family": f"family_{n:03d}"}}
    made.evaluation(bare_run, checkpoints=("flat",), items=MOST_FAMILIES + 5, writers=writers)
    blocks = list(family_blocks(bare_run, read_summary(bare_run), "eval-core"))
    assert [len(block.families) for block in blocks] == [23, 22]
    assert blocks[1].title == "eval-core: core, 2 of 2"


def test_answers_and_work_stand_in_six_cells_per_checkpoint(run):
    figure = plot_answer_work(run)
    cells = {
        panel.get_title("left").split("\n")[-1]: [text.get_text() for text in panel.texts] for panel in figure.axes
    }
    assert cells["stage_b"] == ["13", "7", "0", "13", "7", "0"]
    assert cells["base"] == ["0", "0", "0", "0", "0", "40"]
    assert figure.axes[0].get_title("left") == "eval-core, 40 items\nbase"


def test_the_order_effect_has_its_interval_and_what_the_items_could_resolve(run):
    effects = list(order_effects(run))
    assert [(effect.label, effect.n) for effect in effects] == [
        ("eval-core", 40), ("core", 24), ("trace_sensitive", 8), ("edge_case", 8),
    ]  # fmt: skip
    assert effects[0].difference == 0.375 and 0 < effects[0].resolves < 1
    figure = plot_order_effect(run)
    assert texts(figure)[0] == "+37.5 [+20.7, +51.8]"


def test_the_smallest_effect_of_interest_is_a_band_around_zero():
    figure = effect_figure([Effect("s1", 0.02, -0.01, 0.05, n=100)], "a - b", smallest=0.05)
    band = figure.axes[0].patches[0]
    assert (band.get_x(), band.get_x() + band.get_width()) == (-5, 5)
    labels = figure.axes[0].get_legend_handles_labels()[1]
    assert labels == ["below the smallest effect of interest, ±5.0 points"]
    with pytest.raises(ValueError, match="found no effects"):
        effect_figure([], "a - b")


def test_examples_mark_steps_by_shape_as_well_as_colour(run):
    figure = plot_examples(run)
    marks = {(text.get_text(), text.get_color()) for text in figure.axes[0].texts if len(text.get_text()) == 1}
    assert marks >= {("✔", "#009E73"), ("✘", "#D55E00"), ("●", "#7f7f7f"), ("→", "#000000")}
    assert "Base wrong, final right" in texts(figure)


def test_babble_in_any_script_is_drawn_without_a_warning(bare_run, made):
    babble = "\x00\x1b[0m 苹果 \u0623 $x_{1$ \U0001f600 " + "no-space" * 60 + "\n\n\n" + "line\n" * 30
    writers = dict.fromkeys(("base", "stage_c"), lambda n: made.prediction(n, babble[n:], "length"))
    made.evaluation(bare_run, checkpoints=("base", "stage_c"), items=2, writers=writers)
    assert len(png_bytes(plot_examples(bare_run))) > 5_000


@pytest.mark.parametrize("checkpoints", [(), ("base",), ("base", "stage_a"), ("flat", "my_own")])
def test_every_figure_can_be_drawn_of_a_run_with_only_some_checkpoints(bare_run, made, checkpoints):
    made.evaluation(
        bare_run, checkpoints=checkpoints, items=3, writers={**made.writers, "my_own": made.writers["flat"]}
    )
    made.training(bare_run, "flat", ("stage_1",), steps=1)
    assert {name for name, plot in PLOTS.items() if png_bytes(plot(bare_run))} == set(PLOTS)


def test_an_untrained_run_says_so_in_its_loss_curves(bare_run):
    assert texts(plot_loss_curves(bare_run)) == ["no arm was trained"]


def test_characters_without_a_glyph_become_boxes():
    assert drawable("a\tb ✔ $5\n苹\x07") == "a   b ✔ $5\n□□"


def test_unknown_checkpoints_get_a_colour_of_the_palette_always_the_same():
    assert colour("my_own") == colour("my_own") != colour("flat")
    assert colour("flat") == "#0072B2"


def test_wrapped_lines_fit_keep_words_whole_and_end_in_an_ellipsis_when_cut():
    assert wrap("short", 100, 3) == ["short"]
    assert wrap("", 100, 3) == [""]
    lines = wrap("the quick brown fox jumps over the lazy dog", 100, 9)
    assert len(lines) > 1 and " ".join(lines) == "the quick brown fox jumps over the lazy dog"
    cut = wrap("the quick brown fox jumps over the lazy dog", 100, 1)
    assert len(cut) == 1 and cut[0].startswith("the quick") and cut[0].endswith("…")
    broken = wrap("x" * 100, 100, 99)
    assert len(broken) > 1 and "".join(broken) == "x" * 100


def test_long_work_is_cut_and_its_answer_still_shown(bare_run, made):
    work = "\n".join(f"{k} + {k} = {2 * k}" for k in range(1, 21))
    completion = f"<reasoning>\n{work}\n</reasoning>\n<answer>40</answer>"
    made.evaluation(
        bare_run, checkpoints=("flat",), items=1, writers={"flat": lambda n: made.prediction(n, completion)}
    )
    shown = texts(plot_examples(bare_run))
    assert "7 + 7 = 14" in shown and "8 + 8 = 16" not in shown
    assert shown.count("…") == 2 and shown.count("40") == 2  # the only checkpoint stands on both sides
