"""Claims about asking: marks are those of evaluation, nothing is claimed of the answer, no control character passes."""

import io

import pytest
from evaluation.asked_run import make_write
from rich.console import Console

from tunixlib.checking.steps import check_steps
from tunixlib.evaluation.answer_views import Shown, answer_table, plain_text, print_answers
from tunixlib.evaluation.asking import AskError, OpenModel, correction, open_models
from tunixlib.evaluation.generation import GenerationConfig
from tunixlib.evaluation.locating import Located
from tunixlib.evaluation.predictions import predict
from tunixlib.evaluation.scoring import grade
from tunixlib.modeling.models import ModelError
from tunixlib.visible import visible

QUESTION = "What is 17 + 28 + 15?"
WORK = "<reasoning>\n17 + 28 = 45\nNow the rest.\n45 + 15 = 61\n</reasoning>\n<answer>61</answer>"
HOSTILE = "<b>x</b> \x1b]0;own\x07 \x9b2J \u202e1 = 2\r\x7f"


@pytest.fixture
def model(tiny, tiny_folder):
    return OpenModel(Located("tiny", tiny_folder), *tiny, "float32")


@pytest.fixture
def writes(monkeypatch, model):
    """Ask a model that writes a given text."""

    def ask(text, finish_reason="eos", question=QUESTION):
        make_write(monkeypatch, model.tokenizer, text, finish_reason)
        return model.ask(question)

    return ask


def test_every_step_is_marked_and_a_false_one_says_what_it_should_be(writes):
    answer = writes(WORK)
    assert answer.lines() == [
        ("true", "17 + 28 = 45", ""),
        ("unchecked", "Now the rest.", ""),
        ("false", "45 + 15 = 61", "45 + 15 is 60"),
        ("answer", "61", ""),
        ("ended", f"by itself, after {answer.tokens} tokens", ""),
    ]
    assert plain_text(answer).splitlines()[2] == "false      45 + 15 = 61   <- 45 + 15 is 60"


def test_marks_and_form_are_those_that_evaluation_would_record(writes):
    question = 'How many letters has "lamp"?'
    text = '<reasoning>\n"lamp" has 5 letters\n2 + 2 = 4\n</reasoning>\n<answer>5</answer>'
    answer, graded = writes(text, question=question), grade(text, "4", "eos", question)
    assert [{"text": step["text"], "verdict": step["verdict"]} for step in answer.steps] == graded["steps"]
    assert (answer.final_answer, answer.well_formed) == (graded["final_answer"], graded["well_formed"])


def test_nothing_is_said_about_whether_the_answer_is_right(writes):
    assert set(writes(WORK).record()) == {
        "model", "question", "steps", "answer", "well_formed", "finish_reason", "tokens", "completion",
    }  # fmt: skip


def test_the_text_is_what_evaluation_generates(model):
    item = dict.fromkeys(("id", "expected_answer", "section", "category", "difficulty", "family"), "x")
    config = GenerationConfig(max_new_tokens=12)
    [row] = predict(model.model, model.tokenizer, [{**item, "prompt": QUESTION}], config)
    answer = model.ask(QUESTION, config)
    assert (answer.completion, answer.tokens, answer.finish_reason) == (row["completion"], row["tokens"], "length")


def test_a_text_that_is_cut_off_says_where_and_how_to_go_on(writes):
    answer = writes("<reasoning>\n17 + 28 = 45\nand", "length")
    limit = "raise --max-new-tokens (MAX_NEW_TOKENS) to let it go on"
    assert answer.lines() == [
        ("answer", "none in answer tags", "the last number is 45"),
        ("ended", f"cut off at {answer.tokens} tokens", limit),
        ("text", "<reasoning>\n17 + 28 = 45\nand", ""),
    ]


def test_a_broken_form_shows_the_whole_text_and_no_answer_of_its_own(writes):
    assert writes("It is 60.").lines()[0] == ("answer", "none in answer tags", "the last number is 60")
    assert writes("It is 60.").lines()[-2:] == [
        ("form", "broken: expected steps in <reasoning> tags, an answer in <answer> tags, nothing else", ""),
        ("text", "It is 60.", ""),
    ]
    assert writes("").lines()[0] == ("answer", "none in answer tags", "")
    assert writes("").lines()[-1] == ("text", "(nothing)", "")
    assert writes("").record()["answer"] is None


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("Total: 3 * 4 = 13 dollars", "3 * 4 is 12"),
        ("17 / 5 = 2 remainder 7", "17 / 5 is 3.4"),
        ("2/3 + 1 = 2", "2/3 + 1 is about 1.66667"),
        ("8 = 3 + 4", "3 + 4 is 7"),
        ("7 / 0 = 3", "7 / 0 has no value"),
        ("so 3 + 4 = 7 = 8", "false: 7 = 8"),
        ("2 + 2 = 4 and 0.6 > 0.75", "false: 0.6 > 0.75"),
        ("0.6 > 0.75", ""),
        ("2 hours + 30 minutes = 32 minutes", ""),
        ("3 + 4 = 7", ""),
        ("Now the rest.", ""),
    ],
)
def test_a_correction_is_given_only_where_the_checker_knows_it(step, said):
    assert correction(check_steps([step]).steps[0]) == said


def test_an_over_long_question_names_the_tokens_found_and_expected(model):
    positions = model.model.config.max_position_embeddings
    with pytest.raises(AskError, match=rf"found a text of [0-9,]+ tokens, expected at most {positions - 192:,}: "):
        model.ask("long " * positions)
    with pytest.raises(AskError, match="expected at most 0: "):
        model.ask("short", GenerationConfig(max_new_tokens=10**6))


@pytest.mark.parametrize("question", ["", " \n\t "])
def test_an_empty_question_is_refused(model, question):
    with pytest.raises(AskError, match="found an empty question, expected some text"):
        model.ask(question)


@pytest.mark.parametrize("question", ["W\0h\0a\0t\0", "caf\udce9"])
def test_a_question_in_another_encoding_is_refused(model, question):
    with pytest.raises(AskError, match="no UTF-8 text"):
        model.ask(question)


def test_a_tokenizer_without_a_chat_template_is_refused(tiny_folder, tmp_path):
    for path in tiny_folder.iterdir():
        if path.name != "chat_template.jinja":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    config = (tmp_path / "tokenizer_config.json").read_text(encoding="utf-8")
    assert "chat_template" not in config
    with pytest.raises(ModelError, match="found a tokenizer without a chat template"):
        open_models(str(tmp_path))


def test_what_is_loaded_is_said_before_it_is_loaded(tiny_folder):
    said = []
    assert [model.located.label for model in open_models("tiny", say=said.append)] == ["tiny"]
    assert len(said) == 1 and said[0].startswith("loading tiny (")


def test_control_characters_are_shown_and_never_sent():
    shown = visible(HOSTILE)
    assert shown == r"<b>x</b> \x1b]0;own\x07 \x9b2J \u202e1 = 2\r\x7f"
    assert visible("a\tb\u00a0c\nd \u2028 \udc80") == "a    b c\nd \\u2028 \\udc80"
    assert visible("naïve 数 👩\u200d🔬") == "naïve 数 👩\u200d🔬"


def terminal(answers, width, **options):
    stream = io.StringIO()
    print_answers(Console(file=stream, force_terminal=True, width=width, legacy_windows=False, **options), answers)
    return stream.getvalue()


def test_plain_text_keeps_the_paragraphs_of_a_text_without_trailing_blanks(writes):
    shown = plain_text(writes("It is 60.\n\nOr 61."))
    assert shown.endswith("text       It is 60.\n\n           Or 61.")


def test_a_hostile_text_reaches_neither_terminal_nor_notebook(writes):
    text = WORK.replace("Now the rest.", HOSTILE.strip())
    answer = writes(text, question=f"{QUESTION} {HOSTILE}")
    for view in (terminal([answer], 80), plain_text(answer), repr(Shown([answer])), Shown([answer])._repr_html_()):
        assert "\\x1b]0;own\\x07" in view
        assert not {"\x1b]", "\x07", "\x9b", "\u202e", "\r", "\x7f"} & {
            view[i : i + n] for i in range(len(view)) for n in (1, 2)
        }
    assert "\x1b" not in terminal([answer], 80, color_system=None, no_color=True).replace("\x1b[0m", "")
    html = Shown([answer])._repr_html_()
    assert "<b>x" not in html and "&lt;b&gt;x" in html
    assert "<b>" not in answer_table([answer])


def test_a_terminal_gets_colours_and_none_where_they_are_not_wanted(writes):
    answer = writes(WORK)
    assert "\x1b[32mtrue" in terminal([answer], 80)
    assert "\x1b[3" not in terminal([answer], 80, no_color=True)
    stream = io.StringIO()
    print_answers(Console(file=stream), [answer])
    assert stream.getvalue() == f"tiny\n{plain_text(answer)}\n\n"


def test_two_models_stand_side_by_side_where_the_terminal_is_wide_enough(writes):
    answers = [writes(WORK), writes(WORK)]
    lines = {width: terminal(answers, width, no_color=True).splitlines() for width in (100, 99)}
    assert [sum(line.count("17 + 28 = 45") == n for line in lines[100]) for n in (1, 2)] == [0, 1]
    assert [sum(line.count("17 + 28 = 45") == n for line in lines[99]) for n in (1, 2)] == [2, 0]


def test_a_notebook_shows_each_question_once_with_all_its_answers(writes):
    answers = [writes(WORK), writes(WORK), writes("It is 60.", question="And now?")]
    html = Shown(answers)._repr_html_()
    assert html.count(QUESTION) == 1 and html.count("45 + 15 = 61") == 2
    assert repr(Shown(answers)).count("question   ") == 2


def test_the_table_counts_the_marks(writes):
    answer = writes(WORK)
    assert answer_table([answer]).splitlines()[-1] == (
        f"| {QUESTION} | tiny | 1 | 1 | 1 | 61 | by itself, after {answer.tokens} tokens |"
    )
