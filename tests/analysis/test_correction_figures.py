"""Claims about the figures of self-correction: drawn only for runs with such arms, with the exact counts in them."""

import pytest
from shown_arms import NOTHING, SAYS, add_arms, check, good, graded, work

from tunixlib.analysis.correction_example_figure import plot_marked_works
from tunixlib.analysis.correction_examples import choose_works, true_mark
from tunixlib.analysis.correction_figures import NOT_ASKED, chosen_arms, plot_correction_kinds, plot_correction_rates
from tunixlib.analysis.family_figure import family_blocks, plot_families
from tunixlib.analysis.figure_style import FALSE, TRUE, png_bytes
from tunixlib.analysis.figures import CORRECTION_PLOTS, PLOTS, write_figures
from tunixlib.analysis.run_files import read_summary
from tunixlib.analysis.score_figures import plot_sections
from tunixlib.analysis.work_figure import plot_answer_work
from tunixlib.evaluation.correction_scores import judge
from tunixlib.seeding.correction.forms import render_prompt
from tunixlib.seeding.correction.twins import KINDS

pytestmark = pytest.mark.usefixtures("no_warnings")


@pytest.fixture
def arms(run):
    add_arms(run)
    return run


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_the_figures_are_written_only_where_arms_were_asked_to_check_works(run):
    assert [path.stem for path in write_figures(run)] == list(PLOTS)
    add_arms(run)
    paths = write_figures(run)
    assert [path.stem for path in paths] == [*PLOTS, *CORRECTION_PLOTS]
    first = [path.read_bytes() for path in paths]
    assert [path.read_bytes() for path in write_figures(run)] == first
    assert all(5_000 < len(data) < 150_000 for data in first)


def test_each_figure_says_so_where_no_work_was_shown(run):
    add_arms(run, pairs=0)
    assert [path.stem for path in write_figures(run)] == list(PLOTS)
    for plot in CORRECTION_PLOTS.values():
        assert NOT_ASKED in texts(plot(run))


def test_the_plane_has_every_checkpoint_with_both_intervals_the_aim_and_the_constant_verdict(arms):
    plane, bars = plot_correction_rates(arms).axes
    _, labels = plane.get_legend_handles_labels()
    assert set(labels) == {
        "sees no difference", "always \u201cright\u201d", "aim: 85 % or more at 5 % or less",
        "stage_c: 0.0 % at 100.0 %", "control: 0.0 % at 100.0 %", "surface: 0.0 % at 0.0 %",
        "contrastive: 87.5 % at 12.5 %", "retry: 100.0 % at 100.0 %",
    }  # fmt: skip
    assert all(container.has_xerr and container.has_yerr for container in plane.containers)
    assert [text.get_text() for text in bars.texts] == ["48 of 48", "48 of 48", "0 of 48", "0 of 48", "0 of 48"]


def test_a_prefix_without_right_works_has_no_point_in_the_plane(run):
    add_arms(run, pairs=1)
    for name in SAYS:
        path = run.path("predictions", "eval-correction", f"{name}.jsonl")
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    plane, bars = plot_correction_rates(run).axes
    assert len(plane.containers) == 0 and len(bars.texts) == 5


def test_the_matrix_holds_counts_and_shares_of_both_arms(arms):
    contrastive, surface = plot_correction_kinds(arms).axes
    rows = [label.get_text() for label in contrastive.get_yticklabels()]
    assert rows == [*KINDS[1:], KINDS[0], "all kinds"]  # in the order of the set
    cells = [text.get_text() for text in contrastive.texts]
    wrong = cells[: 7 * 10 + 1]
    assert wrong[60:70] == ["21", "88 %", "0", "0 %", "0", "0 %", "3", "12 %", "0", "0 %"]
    assert wrong[70] == "wrong works"
    assert [text.get_text() for text in surface.texts][-7:] == ["24", "100 %", "0", "0 %", "0", "0 %", "right works"]
    assert (contrastive.get_title("left"), surface.get_title("left")) == ("eval-correction: contrastive", "surface")


def test_where_an_arm_is_missing_the_figures_take_the_last_others():
    assert chosen_arms(["stage_c", "control", "surface", "contrastive", "retry"]) == ["contrastive", "surface"]
    assert chosen_arms(["stage_c", "control", "retry"]) == ["retry", "control"]
    assert chosen_arms(["stage_c", "surface"]) == ["surface", "stage_c"]
    assert chosen_arms(["control"]) == ["control"]


def test_one_arm_alone_is_drawn(run):
    add_arms(run, arms=("retry",))
    assert {name for name, plot in CORRECTION_PLOTS.items() if png_bytes(plot(run))} == set(CORRECTION_PLOTS)


def judged(pair, wrong, completion):
    return judge(graded(work(pair, wrong), completion))


def test_the_first_wrong_work_of_each_kind_is_chosen_in_the_order_of_the_set():
    items = [judged(pair, wrong, good(pair, wrong)) for pair in range(1, 25) for wrong in (1, 0)]
    chosen = choose_works(items)
    assert [example.item.kind for example in chosen] == [*KINDS[1:], KINDS[0]]
    assert [example.item.id for example in chosen] == [f"eval-correction/000{pair}/wrong" for pair in range(1, 7)]
    assert {line.letter for example in chosen for line in example.lines} == {"T"}


def test_marks_are_held_against_the_truth_line_by_line():
    said = check("right: $9", "Line 1: 1 * 3 = 4, shown 4: right", "Answer: $8, shown $9: wrong")
    example = choose_works([judged(1, 1, said), judged(1, 0, good(1, 0))])[0]
    assert [(line.letter, line.said) for line in example.lines] == [
        ("F", "1 * 3 = 4, shown 4: right"), ("\u2013", "no mark"), ("T", "$8, shown $9: wrong"),
    ]  # fmt: skip


def test_without_the_right_work_only_lines_up_to_the_error_and_the_answer_can_be_judged():
    example = choose_works([judged(1, 1, good(1, 1))])[0]
    assert [line.letter for line in example.lines] == ["T", "?", "T"]


@pytest.mark.parametrize(
    ("expected", "lines", "answer", "truth"),
    [
        ("line 1 is wrong: $17", ["Pens: 4 * 3 = 13", "Cap: 12 + 5 = 17"], "$17", [False, True, True]),
        ("line 1 is wrong: $17", ["Cap: 12 + 5 = 17"], "$17", [False, True]),  # the first step was dropped
        ("the answer is wrong: $17", ["Pens: 4 * 3 = 12", "Cap: 12 + 5 = 17"], "$18", [True, True, False]),
        ("line 1 is wrong: $17", ["Pens: 4 + 3 = 7", "As said, all in"], "$7", [False, True, False]),
        ("right: $17", ["Pens: 4 * 3 = 12", "Cap: 12 + 5 = 17"], "$17", [True, True, True]),
    ],
)
def test_the_true_mark_of_every_line_follows_from_the_verdict_and_the_right_work(expected, lines, answer, truth):
    question = "A pen costs $3. What do 4 pens and a $5 cap cost?"
    row = {"id": "x", "section": "propagated", "completion": "", "expected_answer": expected}
    item = judge({**row, "prompt": render_prompt(question, lines, answer)})
    right = judge({**row, "expected_answer": "right: $17", "prompt": render_prompt(
        question, ["Pens: 4 * 3 = 12", "Cap: 12 + 5 = 17"], "$17")}).shown  # fmt: skip
    assert [true_mark(item, line, right) for line in (*range(1, len(lines) + 1), None)] == truth


def test_six_works_are_drawn_with_letters_and_verdicts(arms):
    panel = plot_marked_works(arms).axes[0]
    letters = [text for text in panel.texts if text.get_text() in ("T", "F")]
    assert len(letters) == 6 * 3 + 1 and {text.get_color() for text in letters} == {TRUE}
    found = texts(panel.figure)
    assert sum(text.startswith("expected: line 1 is wrong") for text in found) == 6
    assert sum(text.startswith("says: line 1 is wrong") for text in found) == 6
    assert found[0].startswith("eval-correction: the first wrong work of each kind")


def test_whatever_a_model_babbles_is_drawn(run):
    babble = "Line 1: $x$ \\frac \u82f9\x07, shown " + "4" * 400 + ": right"
    says = {"contrastive": lambda pair, wrong: check("right: $_^{", babble), "surface": lambda pair, wrong: ""}
    add_arms(run, says={**SAYS, **says})
    for plot in CORRECTION_PLOTS.values():
        assert png_bytes(plot(run)).startswith(b"\x89PNG")
    shades = {text.get_text(): text.get_color() for text in plot_marked_works(run).axes[0].texts}
    assert shades["F"] == FALSE


def test_no_verdict_is_said_as_such(run):
    add_arms(run, says={**SAYS, "contrastive": NOTHING})
    assert texts(plot_marked_works(run)).count("gives no verdict") == 6


def test_figures_of_questions_leave_shown_works_out_and_hold_nine_checkpoints(arms):
    assert [axes.get_title("left") for axes in plot_sections(arms).axes] == ["eval-core"]
    titles = [axes.get_title("left") for axes in plot_answer_work(arms).axes if axes.get_title("left")]
    assert titles == [
        "eval-core, 40 items\nbase", "control", "surface", "contrastive", "retry",
        "eval-core, 40 items\nflat", "stage_a", "stage_b", "stage_c",
    ]  # fmt: skip
    blocks = list(family_blocks(arms, read_summary(arms), "eval-core"))
    assert len(plot_families(arms).axes) == len(blocks) == 3
