"""Exceptions pass between processes with all attributes, including the billed job."""

from __future__ import annotations

import copy
import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from groupdocs_translation import TranslationError

from tests.surface.error_samples import MESSAGE, NAMES, error_named, raise_named

SPAWN = multiprocessing.get_context("spawn")
ROOT = Path(__file__).parents[2]


def attributes_of(error):
    """Return all attributes of an exception, with jobs as their handles."""
    return type(error), error.args, error.to_dict(), error.__notes__


def assert_whole(name, received):
    sent = error_named(name)
    assert attributes_of(received) == attributes_of(sent)
    assert vars(received).keys() == vars(sent).keys()
    for job in [*received.jobs, *([received.job] if received.job else [])]:
        assert (job.id, job.kind) == ("j-1", "text")
        assert job.to_dict() == {"id": "j-1", "version": 1, "kind": "text", "trial": True, "targets": ["de"]}


@pytest.mark.parametrize("name", NAMES)
def test_an_error_is_pickled_and_copied_with_all_attributes(name):
    error = error_named(name)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert_whole(name, pickle.loads(pickle.dumps(error, protocol)))
    assert_whole(name, copy.copy(error))
    assert_whole(name, copy.deepcopy(error))
    json.dumps(error.to_dict(), allow_nan=False)
    assert error.to_dict()["error"] == name
    assert MESSAGE in error.to_dict()["message"]


def test_a_shallow_copy_keeps_the_live_job():
    error = error_named("JobFailed")
    assert copy.copy(error).job is error.job


def test_errors_of_user_classes_can_be_pickled():
    assert pickle.loads(pickle.dumps(Own("x", 3))).extra == 3


class Own(TranslationError):
    def __init__(self, message, extra):
        super().__init__(message)
        self.extra = extra


def test_errors_pass_through_a_process_pool_executor():
    with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
        for name in NAMES:
            with pytest.raises(TranslationError) as caught:
                pool.submit(raise_named, name).result(60)
            assert_whole(name, caught.value)


def test_errors_pass_through_a_multiprocessing_pool():
    with SPAWN.Pool(1) as pool:
        for name in NAMES:
            with pytest.raises(TranslationError) as caught:
                pool.apply_async(raise_named, (name,)).get(60)
            assert_whole(name, caught.value)


TASKS = """
import sys
sys.path.insert(0, {root!r})
from celery import Celery
from tests.surface.error_samples import raise_named

app = Celery("tasks", broker="filesystem://", backend="file://{folder}/results")
app.conf.update(
    broker_transport_options={{name: "{folder}/queue" for name in ("data_folder_in", "data_folder_out")}}
    | {{"control_folder": "{folder}/control"}},
    result_serializer="pickle",
    accept_content=["json", "pickle"],
    broker_connection_retry_on_startup=False,
)
raise_error = app.task(raise_named, name="raise_error")
"""


@pytest.mark.filterwarnings("ignore")  # warnings of Celery itself
def test_errors_pass_through_a_celery_worker(tmp_path, monkeypatch):
    pytest.importorskip("celery")
    for folder in ("results", "queue", "control"):
        (tmp_path / folder).mkdir()
    (tmp_path / "error_tasks.py").write_text(TASKS.format(root=str(ROOT), folder=tmp_path.as_posix()))
    monkeypatch.syspath_prepend(str(tmp_path))
    with warnings.catch_warnings(action="ignore"):
        from error_tasks import app, raise_error
    command = [sys.executable, "-m", "celery", "-A", "error_tasks", "worker", "--pool=prefork", "--concurrency=1"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=ERROR"]
    environment = os.environ | {"C_FORCE_ROOT": "1"}  # required by Celery if tests run as root
    with (tmp_path / "log").open("wb") as file:
        worker = subprocess.Popen([*command, *quiet], cwd=tmp_path, stdout=file, stderr=file, env=environment)
    try:
        sent = {name: raise_error.delay(name) for name in NAMES}
        for name, result in sent.items():
            with pytest.raises(TranslationError) as caught:
                result.get(timeout=60, interval=0.05)
            assert_whole(name, caught.value)
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(60)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
        app.close()
