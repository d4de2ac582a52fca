"""Which files a batch takes: patterns, links, loops, and never its own."""

from __future__ import annotations

import os
import sys

import pytest
from groupdocs_translation import Batch, ConfigurationError
from groupdocs_translation.batch.walk import Walk

from tests.batch.conftest import results

posix = pytest.mark.skipif(sys.platform == "win32", reason="links and names as POSIX has them")


def walk(root, *, include=(), exclude=(), links=False):
    found = Walk(
        root=root, include=include, exclude=exclude, without=None, is_own=lambda *_: False, follow_symlinks=links
    )
    return [file.path for file in found], found


@pytest.mark.parametrize(
    ("include", "exclude", "found"),
    [
        ((), (), ["a.txt", "b/a.md", "b/c/d.txt", "b/draft.txt"]),
        (("*.txt",), (), ["a.txt", "b/c/d.txt", "b/draft.txt"]),
        ((), ("*.txt",), ["b/a.md"]),
        ((), ("draft*",), ["a.txt", "b/a.md", "b/c/d.txt"]),
        ((), ("b",), ["a.txt"]),
        ((), ("b/c/",), ["a.txt", "b/a.md", "b/draft.txt"]),
        ((), ("b/*",), ["a.txt"]),
        (("b/*.txt",), ("*draft*",), ["b/c/d.txt"]),
        (("./b/a.md",), (), ["b/a.md"]),
        (("*.TXT",), (), []),
    ],
)
def test_patterns_choose_by_name_or_by_path(folder, include, exclude, found):
    source = folder("a.txt", "b/a.md", "b/c/d.txt", "b/draft.txt")

    assert walk(source, include=include, exclude=exclude)[0] == found


@posix
def test_links_are_followed_only_if_asked_and_never_in_circles(folder, tmp_path):
    source = folder("a.txt", "b/c.txt")
    (source / "b" / "up").symlink_to(source)
    (source / "link.txt").symlink_to(source / "a.txt")
    (source / "dead.txt").symlink_to(source / "nothing")

    assert walk(source)[0] == ["a.txt", "b/c.txt"]
    assert walk(source)[1].links == 3
    assert walk(source, links=True)[0] == ["a.txt", "b/c.txt", "link.txt"]


def test_a_tree_deeper_than_the_stack_is_walked(tmp_path):
    depth = min(sys.getrecursionlimit(), 1_200)
    here = tmp_path
    for _ in range(depth // 100):
        here = here.joinpath(*["d"] * 100)
        try:
            here.mkdir(parents=True)
        except OSError:
            pytest.skip("the file system does not take such paths")
    (here / "a.txt").write_text("x")
    try:
        assert len(walk(tmp_path)[0]) == 1
    finally:
        (here / "a.txt").unlink()
        os.removedirs(here)  # shutil.rmtree, with which pytest clears its folders, goes as deep as Python's stack


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_named_and_passed_by(folder):
    source = folder("a.txt", "closed/b.txt")
    (source / "closed").chmod(0)
    found, ignored = walk(source)
    (source / "closed").chmod(0o755)

    assert (found, ignored.unreadable) == (["a.txt"], ["closed"])


@posix
def test_a_name_that_is_no_text_is_named_and_the_others_are_translated(client, folder, out):
    source = folder("a.txt")
    try:
        (source / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    except OSError:
        pytest.skip("the file system takes UTF-8 names only")

    report = client.translate_folder(source, target="de", output_dir=out)

    assert report.unreadable == ("caf\\udce9.txt (not UTF-8)",)
    assert "caf\\udce9.txt" in report.html.read_text()
    assert report.is_complete


@pytest.mark.parametrize("place", [".", "out", ".."])
def test_results_among_the_sources_are_never_translated(sandbox, client, folder, place):
    source = folder("a.txt", "b.md", "deep/c.txt")
    where = (source / place).resolve()
    first = client.translate_folder(source, target=["de", "fr"], output_dir=where)

    second = client.translate_folder(source, target=["de", "fr"], output_dir=where)

    assert (first.files, second.files, second.new) == (3, 3, 0)
    assert len(sandbox.jobs) == 3


def test_without_its_journal_a_batch_still_knows_results_beside_their_sources(sandbox, client, folder):
    source = folder("a.txt", "b.de.txt")
    client.translate_folder(source, target="de", output_dir=source)
    for path in (source / ".groupdocs-batch").iterdir():
        path.unlink()

    report = client.translate_folder(source, target="de", output_dir=source)

    assert results(source) == ["a.de.txt", "a.txt", "b.de.de.txt", "b.de.txt"]
    assert (report.files, report.new) == (2, 0)
    assert len(sandbox.jobs) == 2


def test_a_missing_folder_and_a_file_in_its_place_are_named(client, tmp_path, folder):
    file = folder("a.txt") / "a.txt"
    with pytest.raises(ConfigurationError, match=r"nowhere is not a folder"):
        Batch(client, tmp_path / "nowhere", target="de", output_dir=tmp_path)
    with pytest.raises(ConfigurationError, match=r"a\.txt is a file"):
        Batch(client, tmp_path, target="de", output_dir=file)


# -- what other batches have made --------------------------------------------------------------------------------------


def test_another_language_into_a_sibling_folder_does_not_translate_the_first_ones_results(sandbox, client, folder):
    source = folder("a.txt", "b/c.txt")
    client.translate_folder(source, target="de", output_dir=source / "de")
    (source / "de" / "mine.txt").write_text("Put there by the user")

    plan = Batch(client, source, target="fr", output_dir=source / "fr").plan()
    report = client.translate_folder(source, target="fr", output_dir=source / "fr")

    assert plan.made == report.made == {"de": 3, "de/b": 1}  # two reports among them
    assert results(source / "fr") == ["a.fr.txt", "b/c.fr.txt", "de/mine.fr.txt"]
    assert len(sandbox.jobs) == 5
    assert "made by other batches" in report.html.read_text()
    assert report.to_dict()["made"] == plan.to_dict()["made"] == dict(plan.made)


@pytest.mark.parametrize("journal", ["elsewhere", "damaged"])
def test_results_of_which_no_journal_tells_are_left_out_with_their_folder(client, folder, tmp_path, journal):
    source = folder("a.txt")
    elsewhere = {"journal": tmp_path / "journal"} if journal == "elsewhere" else {}
    client.translate_folder(source, target="de", output_dir=source / "de", **elsewhere)
    if journal == "damaged":
        (source / "de" / ".groupdocs-batch" / "journal.sqlite3").write_bytes(b"\xff" * 4096)

    plan = Batch(client, source, target="fr", output_dir=source / "fr").plan()

    assert (plan.files, plan.made) == (1, {"de": 3})


def test_results_beside_their_sources_are_not_translated_into_another_folder(client, folder, tmp_path):
    source = folder("a.txt")
    client.translate_folder(source, target="de", output_dir=source)

    plan = Batch(client, source, target="fr", output_dir=tmp_path / "fr").plan()

    assert (plan.files, plan.made) == (1, {".": 1})
