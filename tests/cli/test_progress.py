"""The progress of a translation: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import io
import signal
from types import SimpleNamespace

import pytest
from groupdocs_translation import Progress
from groupdocs_translation._progress import Lines, bars, human_size, human_time, view_of
from groupdocs_translation.batch import BatchProgress
from groupdocs_translation.cli.interrupt import stopping_between_jobs
from rich.console import Console

JOB = SimpleNamespace(id="0d36a582")
WAIT = Progress("wait", "report.docx", 3.0, 6.0, JOB)


def terminal(width):
    """Return a console that can draw, regardless of TERM."""
    return Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None, _environ={"TERM": "xterm"})


@pytest.fixture
def screen():
    return terminal(80)


def test_a_wait_shows_how_long_it_has_been_and_how_long_it_usually_is(screen):
    with bars(screen) as show:
        show(WAIT)
    assert "report.docx waiting" in screen.file.getvalue()
    assert "3 s, usually 6 s" in screen.file.getvalue()


def test_a_wait_of_texts_shows_no_id(screen):
    with bars(screen) as show:
        show(Progress("wait", JOB.id, 0.0, 2.0, JOB))
    assert "text waiting" in screen.file.getvalue()
    assert JOB.id not in screen.file.getvalue()


def test_a_wait_longer_than_usual_and_one_of_unknown_duration_are_shown(screen):
    with bars(screen) as show:
        show(Progress("wait", "late.docx", 90.0, 6.0, JOB))
        show(Progress("wait", "new.docx", 1.0, None, JOB))
    assert "90 s, usually 6 s" in screen.file.getvalue()
    assert "new.docx waiting" in screen.file.getvalue()


def test_bytes_are_shown_as_they_go_up_and_down(screen):
    with bars(screen) as show:
        show(Progress("upload", "report.docx", 1024, 4096))
        show(Progress("upload", "report.docx", 2048, 4096))
        show(Progress("submit", "report.docx", 0, None))
        show(Progress("download", "report.de.docx", 500, None))
    printed = screen.file.getvalue()
    assert "report.docx uploading" in printed
    assert "report.de.docx downloading" in printed
    assert "500 B" in printed


def test_a_narrow_terminal_shortens_the_name_and_a_bracket_in_it_is_no_markup():
    screen = terminal(60)
    with bars(screen) as show:
        show(Progress("wait", "[bold]a very long name of a very long report.docx", 3.0, 6.0, JOB))
    assert "[bold]a" in screen.file.getvalue()
    assert "report.docx" not in screen.file.getvalue()


@pytest.mark.parametrize(
    "shown",
    [
        Progress("wait", "\x1b]0;owned\x07.docx", 3.0, 6.0, JOB),
        BatchProgress(step="failed", path="\x1b]0;owned\x07.docx", reason="it is protected"),
    ],
)
def test_a_file_name_cannot_control_the_terminal(screen, shown):
    with bars(screen) as show:
        show(shown)
    assert "\ufffd]0;owned\ufffd.docx" in screen.file.getvalue()
    assert "\x1b]" not in screen.file.getvalue()


@pytest.mark.parametrize("width", [40, 60])
def test_on_a_narrow_terminal_the_bar_shrinks_before_the_words(width):
    screen = terminal(width)
    with bars(screen) as show:
        show(WAIT)
    assert "report.docx waiting ━" in screen.file.getvalue()
    assert "3 s, usually 6 s" in screen.file.getvalue()


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (Progress("upload", "a.docx", 1, 2048), "a.docx: uploading (2.0 KiB)"),
        (Progress("submitted", "a.docx", 0, None, JOB), "a.docx: submitted as job 0d36a582"),
        (Progress("submitted", "0d36a582", 0, None, JOB), "submitted as job 0d36a582"),
        (Progress("wait", "a.docx", 0, 600, JOB), "a.docx: waiting, usually 10 min"),
        (Progress("wait", "a.docx", 0, None, JOB), "a.docx: waiting"),
        (Progress("download", "a.de.docx", 0, None), "a.de.docx: downloading"),
        (Progress("submit", "a.docx", 0, None), None),
    ],
)
def test_a_step_is_a_line_in_words(step, line):
    view = view_of(step)
    assert (view and view.text) == line


def test_sizes_and_times_are_said_as_people_say_them():
    assert [human_size(size) for size in (0, 999, 1536, 20_480, 5 * 2**20, 3 * 2**30)] == [
        "0 B",
        "999 B",
        "1.5 KiB",
        "20 KiB",
        "5.0 MiB",
        "3.0 GiB",
    ]
    assert [human_time(seconds) for seconds in (0.2, 99, 150, 5990, 9000)] == [
        "0 s",
        "99 s",
        "2 min",
        "1 h 40 min",
        "2 h 30 min",
    ]


def step(name, **values):
    return BatchProgress(**{"step": name, "total": 40, "finished": 10, "calls": 31, **values})


def test_a_batch_without_a_terminal_prints_failures_immediately_and_progress_every_10_seconds(capsys):
    lines = Lines()
    for seen in (
        step("start", finished=4),
        step("done", seconds=3.0),
        step("failed", path="a/b.xlsx", reason="it is protected"),
        step("done", seconds=12.0, failed=1, remaining_s=300.0),
        step("done", seconds=13.0),
        step("stopping", reason="interrupted"),
    ):
        lines.show(seen)
    assert capsys.readouterr().err.splitlines() == [
        "36 of 40 files to do",
        "a/b.xlsx: failed: it is protected",
        "10 of 40 files, 1 failed, 31 calls, about 5 min left",
        "stopping when the current steps are finished; a second Ctrl-C stops immediately",
    ]


def test_a_batch_that_stops_by_itself_does_not_speak_of_a_second_ctrl_c(command, tmp_path):
    (tmp_path / "src").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "src" / name).write_text("Hello\n")
    said = command("batch", "src", "--to", "de", "--out", "out", client_secret="wrong").err
    assert "stopping when the current steps are finished\n" in said
    assert "Ctrl-C" not in said


def test_a_batch_on_a_terminal_has_one_bar_with_its_failures_above(screen):
    with bars(screen) as show:
        show(step("planning"))
        show(step("done"))
        show(step("uncertain", path="[x].docx", reason="no answer"))
        show(step("stopping"))
    printed = screen.file.getvalue()
    assert "[x].docx: uncertain: no answer" in printed
    assert "10 of 40 files, 31 calls" in printed
    assert "stopping" in printed


def press_ctrl_c(_=None):
    signal.raise_signal(signal.SIGINT)


def pressed_while_submitting(then):
    """Ctrl-C after ``submit``, and then another step."""
    said = []
    with stopping_between_jobs(said.append) as watch:
        watch(Progress("submit", "a", 0, None))
        press_ctrl_c()
        assert len(said) == 1
        then(watch)


def test_ctrl_c_while_a_job_is_submitted_waits_for_its_id():
    with pytest.raises(KeyboardInterrupt):
        pressed_while_submitting(lambda watch: watch(Progress("submitted", "a", 0, None, JOB)))


def test_ctrl_c_twice_does_not_wait():
    with pytest.raises(KeyboardInterrupt):
        pressed_while_submitting(press_ctrl_c)


def test_ctrl_c_at_any_other_moment_stops_immediately():
    for stage in ("upload", "submitted", "wait", "download"):
        with stopping_between_jobs(print) as watch:
            watch(Progress(stage, "a", 0, None, JOB))
            with pytest.raises(KeyboardInterrupt):
                press_ctrl_c()


def test_ctrl_c_in_the_last_submission_is_not_forgotten():
    with pytest.raises(KeyboardInterrupt):
        pressed_while_submitting(lambda _: None)


def test_an_error_is_not_hidden_by_the_interrupt_that_came_with_it():
    with pytest.raises(ZeroDivisionError):
        pressed_while_submitting(lambda _: 1 / 0)
