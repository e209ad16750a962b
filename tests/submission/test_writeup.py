import pytest

from tunixlib.artifacts import ArtifactError, write_text
from tunixlib.submission.writeup import MOST_WORDS, is_edited, placeholders, word_count, writeup


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one two", 2),
        ("# A heading\n\n- a point, well-made", 5),
        ("| base | 13.3 % [8.4, 20.6] |\n| :--- | ---: |", 4),
        ("seen <!-- not\nseen --> seen", 2),
        ("see [the notebook](https://example.org/a b) – now", 5),
    ],
)
def test_words_are_what_stands_between_spaces_and_holds_a_letter_or_digit(text, words):
    assert word_count(text) == words


def test_the_skeleton_says_what_the_run_measured_with_intervals_and_how_to_check_it(unsealed):
    text = writeup(unsealed)
    assert "30 worked problems, `adding-v1`" in text
    assert "Of 90 steps, 90 state something that was checked and is true" in text
    assert "eval-adding, 8 items, 95 % intervals in brackets." in text
    assert "| base | 0.0 % [0.0, 32.4] |" in text
    assert "Of 8 completions of the last checkpoint 8 have exactly the form above." in text
    assert "**Verdict.** On eval-adding, " in text
    assert "One seed (42)" in text
    assert "python -m tunixlib verify submission_runs/demo" in text
    assert "The last checkpoint, `curriculum/stage_c`, is the one to judge." in text


def test_the_skeleton_is_the_same_before_and_after_sealing(run, unsealed):
    assert writeup(run) == writeup(unsealed)


def test_half_of_the_words_are_left_to_the_person_with_places_to_fill(unsealed):
    text = writeup(unsealed)
    assert word_count(text) < MOST_WORDS / 2
    assert len(placeholders(text)) == 8
    assert placeholders(text)[0] == "Title: what you did, in a few words"


def test_a_skeleton_is_told_from_a_text_that_somebody_wrote_into(unsealed):
    text = writeup(unsealed)
    assert not is_edited(text)
    assert is_edited(text.replace("[[Title", "[[A title"))
    assert is_edited(text.rsplit("<!--", 1)[0])
    assert is_edited("my own words\n")


def test_an_analysis_without_a_verdict_is_named(unsealed):
    write_text(unsealed.path("analysis.md"), "# Analysis\n")
    with pytest.raises(ArtifactError, match=r"analysis\.md: found no verdict, expected one; run 06_analysis"):
        writeup(unsealed)
