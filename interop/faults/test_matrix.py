"""Every fault at every step over every transport, alone, in a batch and as a command: never two jobs for one."""

from __future__ import annotations

import pytest

from tests.faults.matrix import (
    FAULTS,
    FILE_ROLES,
    HANGING,
    TEXT_ROLES,
    TRANSPORTS,
    batch_errors,
    client_errors,
    command_errors,
    file_call,
    text_call,
)


@pytest.mark.parametrize("role", FILE_ROLES)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_file_is_one_job_at_most_and_fails_with_an_error_of_this_package(tmp_path, role, transport):
    assert not list(client_errors(transport, role, file_call(tmp_path)))


@pytest.mark.parametrize("role", TEXT_ROLES)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_texts_are_one_job_at_most_and_fail_with_an_error_of_this_package(role, transport):
    assert not list(client_errors(transport, role, text_call))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_is_free_fails_with_an_error_of_this_package(transport):
    assert not list(client_errors(transport, "read", lambda client: client.languages()))


@pytest.mark.parametrize("role", FILE_ROLES)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_batch_makes_one_job_a_file_and_reports_what_failed(tmp_path, role, transport):
    assert not list(batch_errors(transport, role, tmp_path))


@pytest.mark.parametrize("role", FILE_ROLES)
def test_a_command_ends_with_an_exit_code_and_lines(tmp_path, role):
    (tmp_path / "a.txt").write_text("Hello")
    assert not list(command_errors(role, tmp_path, ["file", str(tmp_path / "a.txt"), "--to", "de"]))


@pytest.mark.parametrize("role", FILE_ROLES)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_connection_that_hangs_makes_no_second_job(tmp_path, role, transport):
    wrong = [*client_errors(transport, role, file_call(tmp_path), HANGING)]
    if role not in {"token", "upload"}:
        wrong += batch_errors(transport, role, tmp_path, {"hangs after": HANGING["hangs after"]})
    assert not wrong


def test_there_are_as_many_faults_as_the_documents_say():
    assert len(FAULTS) + len(HANGING) >= 120
