"""Claims about claims.json and the analysis that is rendered from it."""

import re

import pytest

from tunixlib.analysis.claims import build_claims, differences, read_claims, write_claims
from tunixlib.analysis.examples import choose_examples, outcome, shown_lines
from tunixlib.analysis.report_text import render_analysis, write_analysis
from tunixlib.analysis.verdicts import difference_verdict, nothing_to_see
from tunixlib.artifacts import ArtifactError, read_json, read_jsonl, sha256_file, write_json, write_jsonl


@pytest.fixture
def claims(run):
    write_claims(run)
    return read_claims(run)


def change_claim(run, claim_id, **changes):
    document = read_json(run.path("claims.json"))
    next(claim for claim in document["claims"] if claim["id"] == claim_id).update(changes)
    write_json(run.path("claims.json"), document)


def claim_faults(run):
    """``(JSON pointer, found, expected)`` where claims.json differs from what the run's files give."""
    return list(differences(read_json(run.path("claims.json")), build_claims(run), ""))


def resolve(document, pointer):
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


@pytest.mark.parametrize(
    ("low", "high", "p_holm", "verdict"),
    [
        (0.01, 0.2, 0.049, "supported"),
        (0.01, 0.2, 0.05, "undecided"),
        (0.0, 0.2, 0.01, "undecided"),
        (-0.1, 0.1, 0.9, "undecided"),
        (0.0, 0.0, 1.0, "undecided"),
        (-0.2, 0.0, 0.04, "undecided"),
        (-0.2, -0.01, 0.5, "undecided"),
        (-0.2, -0.01, 0.05, "undecided"),
        (-0.2, -0.01, 0.049, "not supported"),
    ],
)
def test_the_verdict_on_a_difference_follows_the_written_rule(low, high, p_holm, verdict):
    assert difference_verdict(low, high, p_holm) == verdict


@pytest.mark.parametrize(
    ("rate_a", "rate_b", "differing", "words"),
    [
        (0.0, 0.0, 0, "nothing to see at the floor: neither answers any item correctly"),
        (1.0, 1.0, 0, "nothing to see at the ceiling: both answer every item correctly"),
        (0.5, 0.4, 1, "nothing to see: the two differ on 1 item, fewer than 6"),
        (0.5, 0.4, 5, "nothing to see: the two differ on 5 items, fewer than 6"),
        (0.5, 0.4, 6, ""),
        (1.0, 0.0, 40, ""),
    ],
)
def test_where_there_is_nothing_to_see_it_is_said(rate_a, rate_b, differing, words):
    assert nothing_to_see(rate_a, rate_b, differing) == words


def test_at_the_floor_a_run_decides_nothing_and_calls_nothing_a_null_result(bare_run, made):
    writers = {name: lambda n: made.prediction(n, made.worked(n, right=False)) for name in ("flat", "stage_c")}
    made.evaluation(bare_run, checkpoints=("flat", "stage_c"), writers=writers)
    write_claims(bare_run)
    claim = read_claims(bare_run)["eval-core/stage_c-vs-flat"]
    assert (claim["verdict"], claim["value"]) == ("undecided", 0)
    assert "Undecided: nothing to see at the floor" in claim["text"]
    text = render_analysis(bare_run)
    assert "- Undecided, eval-core: stage_c against flat on 40 items, +0.0 points" in text
    assert "(nothing to see at the floor: neither answers any item correctly)." in text.split("\n\n")[1]
    assert "null result" not in text.lower()


def test_every_claim_against_the_base_model_states_the_rule_and_has_number_items_beside_it(run, made):
    """Every third expected answer becomes a text, which the base model, without tags, can never be right on."""

    def with_texts(write):
        return lambda n: made.regraded({**write(n), "expected_answer": "a text"}) if n % 3 == 0 else write(n)

    made.evaluation(run, writers={name: with_texts(write) for name, write in made.writers.items()})
    write_claims(run)
    claims = read_claims(run)
    against = [name for name in claims if name.endswith("-vs-base")]
    assert len(against) == 4
    for name in against:
        for claim in (claims[name], claims[f"{name}/numeric"]):
            assert (
                "by the last number where there are no tags; a text answer without tags counts as wrong"
                in claim["text"]
            )
        assert (claims[name]["fields"]["n"], claims[f"{name}/numeric"]["fields"]["n"]) == (40, 26)
        assert claims[f"{name}/numeric"]["fields"]["family"] == 9
    text = render_analysis(run)
    assert "of the items whose expected answer is a number, stage_c (strict) answers" in text.split("\n\n")[1]
    assert "| eval-core: flat (strict) above base (lenient) | 26, the answer a number | " in text


def test_without_number_items_the_comparison_on_them_is_undecided_and_stays_in_the_family(bare_run, made):
    texts = {
        name: lambda n, write=write: made.regraded({**write(n), "expected_answer": "a text"})
        for name, write in made.writers.items()
    }
    made.evaluation(bare_run, checkpoints=("base", "flat"), writers=texts)
    write_claims(bare_run)
    claims = read_claims(bare_run)
    claim = claims["eval-core/flat-vs-base/numeric"]
    assert (claim["verdict"], claim["fields"]["n"], claim["fields"]["p_holm"]) == ("undecided", 0, 1.0)
    assert claim["text"].endswith(": nothing to measure.") and "value" not in claim
    assert claims["eval-core/flat-vs-base"]["fields"]["family"] == 2
    assert claim_faults(bare_run) == []
    text = render_analysis(bare_run)
    assert "whether flat (strict) answers more correctly than base" in text.split("\n\n")[1]
    assert "answer is a number, nothing to measure." in text


def test_a_measured_claim_points_to_its_number_in_a_hashed_file(run, claims):
    claim = claims["eval-core/flat/accuracy"]
    assert claim["text"] == (
        "flat answers 20 of 40 items of eval-core correctly inside the answer tags: "
        "50.0 % (95 % interval 35.2 % to 64.8 %)."
    )
    assert claim["source"]["sha256"] == sha256_file(run.path("eval_summary.json"))
    summary = read_json(run.path("eval_summary.json"))
    pointed = [claim for claim in claims.values() if "pointer" in claim["source"] and "value" in claim]
    assert len(pointed) == 5 * (10 + 3 + 1) - 2 - 5  # no steps of base; no last step that states an answer
    assert all(resolve(summary, claim["source"]["pointer"]) == claim["value"] for claim in pointed)


def test_a_difference_names_both_files_and_says_what_one_seed_can_show(run, claims):
    claim = claims["eval-core/stage_c-vs-flat"]
    assert (claim["value"], claim["verdict"]) == (0.375, "supported")
    assert [file["file"] for file in claim["source"]["files"]] == [
        "predictions/eval-core/stage_c.jsonl",
        "predictions/eval-core/flat.jsonl",
    ]
    assert "87.5 % against 50.0 %, a difference of +37.5 percentage points" in claim["text"]
    assert claim["text"].endswith("not two methods of training.")
    assert "seed" not in claims["eval-core/flat-vs-base"]["text"]
    assert claims["eval-core/flat/step_truth"]["text"].endswith("so it is narrower than it should be).")


def test_where_nothing_was_measured_the_claim_has_no_value_and_is_undecided(claims):
    claim = claims["eval-core/base/step_truth"]
    assert "value" not in claim and "interval" not in claim
    assert claim["text"] == "0 of 0 checkable steps of base on eval-core are true: nothing to measure."
    assert claim["verdict"] == "undecided"


def same_size(run):
    return {claim["id"]: claim for claim in build_claims(run)["claims"]}["training/same-size"]


def test_training_claims_sum_the_metrics_and_compare_the_sizes_of_the_arms(run, claims, made):
    assert claims["training/flat/steps"]["value"] == 36
    assert claims["training/curriculum/tokens"]["value"] == 10_800
    assert claims["training/flat/tokens"]["text"] == "Arm flat trains on 10,800 tokens, 3,600 of them in completions."
    last = list(read_jsonl(run.path("training", "curriculum", "stage_c", "metrics.jsonl")))[-1][1]
    assert claims["training/curriculum/final_loss"]["value"] == last["loss"]
    assert claims["training/same-size"]["verdict"] == "supported"
    assert claims["training/flat/steps"]["verdict"] == "measured"
    made.training(run, "curriculum", ("stage_c",), tokens=299)
    unequal = {claim["id"]: claim for claim in build_claims(run)["claims"]}["training/same-size"]
    assert (unequal["verdict"], unequal["value"]) == ("not supported", 12)
    path = run.path("training", "curriculum", "stage_c", "metrics.jsonl")
    rows = [{**row, "tokens": 300} for _, row in read_jsonl(path)]
    write_jsonl(path, [{**rows[0], "target_tokens": 99}, *rows[1:]])
    assert same_size(run)["verdict"] == "not supported"
    write_jsonl(path, [{**rows[0], "skipped": True}, *rows[1:]])
    skipped = {claim["id"]: claim for claim in build_claims(run)["claims"]}
    assert skipped["training/curriculum/steps"]["text"] == (
        "Arm curriculum takes 35 optimizer steps in 3 segments; 1 more were skipped because the gradient overflowed."
    )
    assert same_size(run)["verdict"] == "not supported"


def test_untouched_claims_have_no_mismatch_and_the_same_bytes_twice(run, claims):
    assert claim_faults(run) == []
    before = run.path("claims.json").read_bytes()
    write_claims(run)
    assert run.path("claims.json").read_bytes() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"value": 0.55},
        {"interval": [0.4, 0.6]},
        {"verdict": "undecided"},
        {"text": "flat is best."},
        {"template": "flat is best."},
        {"fields": {}},
        {"id": "made-up"},
    ],
)
def test_every_changed_part_of_a_claim_is_found(run, claims, changes):
    change_claim(run, "eval-core/flat/accuracy", **changes)
    (name,) = changes
    assert {pointer.split("/")[3] for pointer, _, _ in claim_faults(run)} == {name}


def test_two_claims_of_one_id_are_refused(run, claims):
    change_claim(run, "eval-core/flat/accuracy", id="eval-core/base/accuracy")
    with pytest.raises(ArtifactError, match="found id 'eval-core/base/accuracy', expected one of its own"):
        read_claims(run)


def test_a_claim_that_is_gone_is_missed(run, claims):
    document = read_json(run.path("claims.json"))
    document["claims"].pop(3)
    write_json(run.path("claims.json"), document)
    assert [pointer for pointer, _, _ in claim_faults(run)] == ["/claims"]


def test_a_changed_prediction_contradicts_the_claims(run, claims):
    path = run.path("predictions", "eval-core", "flat.jsonl")
    rows = [row for _, row in read_jsonl(path)]
    rows[1]["correct"] = True
    write_jsonl(path, rows)
    place = list(claims).index("eval-core/flat-vs-base")
    assert (f"/claims/{place}/fields/rate_a", "0.5", "0.525") in claim_faults(run)


@pytest.mark.parametrize("gone", ["eval_summary.json", "predictions/eval-core/stage_b.jsonl"])
def test_without_a_file_that_it_reads_no_claims_are_made(run, gone):
    run.path(gone).unlink()
    with pytest.raises(ArtifactError, match=f"{gone.split('/')[-1]}: found no file"):
        build_claims(run)


def test_a_scorecard_without_a_measure_is_named(run):
    summary = read_json(run.path("eval_summary.json"))
    del summary["scorecards"][0]["eos_rate"]
    write_json(run.path("eval_summary.json"), summary)
    with pytest.raises(ArtifactError, match="scorecard 0: found no eos_rate"):
        build_claims(run)


@pytest.mark.parametrize(
    ("found", "expected", "pointers"),
    [
        ({"a": 1.0}, {"a": 1.0 + 1e-13}, []),
        ({"a": 1}, {"a": 2}, ["/a"]),
        ({"a": True}, {"a": 1}, ["/a"]),
        ({"a": 0.0}, {"a": False}, ["/a"]),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, ["/a/1/b"]),
        ({"a": [1]}, {"a": [1, 2]}, ["/a"]),
        ({"a": 1}, {"b": 1}, ["/a", "/b"]),
    ],
)
def test_differences_point_to_every_place(found, expected, pointers):
    assert [pointer for pointer, _, _ in differences(found, expected, "")] == pointers


def test_a_run_with_the_base_model_only_has_claims_and_an_analysis(bare_run, made):
    made.evaluation(bare_run, checkpoints=("base",), items=3)
    write_claims(bare_run)
    assert claim_faults(bare_run) == []
    text = write_analysis(bare_run)
    assert "No two checkpoints were evaluated" in text and "No arm was trained." in text


def numbers(text):
    return {
        float(found.replace(",", "")) for found in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e-\d+)?(?![\w])", text)
    }


def test_every_number_of_the_analysis_is_the_number_of_a_claim(run, claims):
    text = render_analysis(run)
    outside = re.sub(r"(?s)## Four examples.*?(?=## Limits)", "", text)
    known = numbers(" ".join(claim["text"] for claim in claims.values()))
    fields = [f for claim in claims.values() for f in claim["fields"].values() if isinstance(f, (int, float))]
    known |= {float(f) for f in fields} | {round(100 * f, 1) for f in fields} | {float(f"{f:.2g}") for f in fields}
    assert len(numbers(outside)) > 30
    assert numbers(outside + " 12.34") - known == {12.34}
    change_claim(run, "eval-core/stage_b/accuracy", value=0.123, interval=[0.045, 0.678])
    assert "| stage_b | 12.3 % [4.5, 67.8] |" in render_analysis(run)


def test_the_verdict_is_the_second_paragraph_and_one_sentence(run, claims):
    title, verdict = render_analysis(run).split("\n\n")[:2]
    assert title == "# Analysis of run `made-up`"
    assert verdict == (
        "**Verdict.** On eval-core, of the items whose expected answer is a number, stage_c (strict) answers more "
        "correctly than base (by the last number where there are no tags): 87.5 % against 25.0 % of these 40, "
        "difference +62.5 points [+43.5, +74.6], adjusted p = 5.4e-07; of all items, stage_c (strict) answers more "
        "correctly than flat (strict): 87.5 % against 50.0 % of these 40, difference +37.5 points [+20.7, +51.8], "
        "adjusted p = 0.00031."
    )


def test_what_is_undecided_is_said_with_what_could_have_been_seen(bare_run, made):
    writers = {**made.writers, "stage_c": lambda n: made.prediction(n, made.worked(n, right=(n % 2 == 0) == (n < 20)))}
    made.evaluation(bare_run, writers=writers)
    write_claims(bare_run)
    text = render_analysis(bare_run)
    assert (
        "of all items, it is undecided whether stage_c (strict) answers more correctly than flat (strict)"
        in text.split("\n\n")[1]
    )
    null = next(line for line in text.split("\n") if line.startswith("- Undecided, eval-core: stage_c against flat"))
    assert re.search(r"on 40 items, \+0\.0 points \[-[\d.]+, \+[\d.]+\]\. The two disagree on 20: a true", null)
    resolves = read_claims(bare_run)["eval-core/stage_c-vs-flat"]["fields"]["resolves"]
    assert (
        f"a true difference of {100 * resolves:.1f} points would show four times in five (p under 0.05 shared by 9"
        in null
    )


def test_items_on_which_two_checkpoints_never_disagree_can_show_nothing(bare_run, made):
    made.evaluation(bare_run, checkpoints=("flat", "stage_a"), items=1)
    write_claims(bare_run)
    assert "nothing to see at the ceiling" in render_analysis(bare_run)


def test_the_analysis_has_the_same_bytes_twice_line_feeds_and_no_path(run, claims):
    first = write_analysis(run)
    data = run.path("analysis.md").read_bytes()
    assert write_analysis(run) == first and run.path("analysis.md").read_bytes() == data == first.encode()
    assert b"\r" not in data and str(run.root) not in first and "/tmp" not in first
    assert "python -m tunixlib verify submission_runs/made-up" in first


def test_an_analysis_without_its_claims_is_refused(run, made):
    with pytest.raises(ArtifactError, match=r"claims\.json: found no file"):
        render_analysis(run)
    made.evaluation(run, checkpoints=("base",))
    write_claims(run)
    made.evaluation(run)
    with pytest.raises(ArtifactError, match="found no claim eval-core/flat/accuracy"):
        render_analysis(run)
    made.evaluation(run, checkpoints=())
    with pytest.raises(ArtifactError, match=r"eval_summary\.json: found no scorecards"):
        render_analysis(run)


def test_the_four_examples_are_the_first_items_of_their_situations(run):
    found = [(example.situation, example.before["id"][-2:]) for example in choose_examples(run, "eval-core")]
    assert found == [
        ("base wrong, final right", "01"),
        ("both right", "00"),
        ("final wrong, no false step", "07"),
        ("final wrong, a false step", "15"),
    ]


def test_a_situation_that_does_not_occur_is_filled_by_the_stated_fallbacks(bare_run, made):
    writers = {"base": made.writers["base"], "flat": lambda n: made.prediction(n, "no idea")}
    made.evaluation(bare_run, checkpoints=("base", "flat"), items=6, writers=writers)
    found = [(example.situation, example.before["id"][-1]) for example in choose_examples(bare_run, "eval-core")]
    assert found == [
        ("base right, final wrong", "0"),
        ("base right, final wrong", "4"),
        ("both wrong", "1"),
        ("both wrong", "2"),
    ]
    made.evaluation(bare_run, checkpoints=("base",), items=2)
    assert len(choose_examples(bare_run, "eval-core")) == 2
    with pytest.raises(ArtifactError, match="found no scorecard on 'eval-unseen'"):
        choose_examples(bare_run, "eval-unseen")


def test_a_completion_is_shown_as_checked_steps_and_answer_or_as_plain_text(made):
    row = made.prediction(7, made.worked(7, right=False))
    assert shown_lines(row) == [
        ("true", "Start with the money: 17 + 3 = 20"),
        ("unchecked", "So she has that many dollars."),
        ("answer", "21"),
    ]
    assert outcome(row) == "wrong, well formed"
    assert shown_lines(made.prediction(0, "It is 13.\n\nYes.")) == [("text", "It is 13."), ("text", "Yes.")]
    assert shown_lines(made.prediction(0, " \n")) == [("text", "(empty)")]
    assert outcome(made.prediction(0, "It is 13.", "length")) == (
        "right, but not in the tags, not the text form, cut at the token limit"
    )


def test_a_completion_cannot_break_out_of_its_code_block(run, claims):
    text = render_analysis(run)
    assert "````text\nAda has 苹\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} a lot of $money$ and\n```\n" in text
    assert "\a" not in text and "\r" not in text


def test_long_work_is_cut_in_the_analysis_and_its_answer_kept(bare_run, made):
    work = "\n".join(f"Now we count {k} + {k} = {2 * k}" for k in range(1, 41))
    completion = f"<reasoning>\n{work}\n</reasoning>\n<answer>40</answer>"
    made.evaluation(
        bare_run, checkpoints=("flat",), items=1, writers={"flat": lambda n: made.prediction(n, completion)}
    )
    write_claims(bare_run)
    text = render_analysis(bare_run)
    assert "…\n[answer]    40\n```" in text and "40 + 40" not in text
