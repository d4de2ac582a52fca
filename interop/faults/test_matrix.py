"""Every fault at every step and transport, for a client, a batch and a command: never a second job."""

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
def test_a_file_is_at_most_one_job_and_fails_with_a_package_error(tmp_path, role, transport):
    assert not list(client_errors(transport, role, file_call(tmp_path)))


@pytest.mark.parametrize("role", TEXT_ROLES)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_texts_are_at_most_one_job_and_fail_with_a_package_error(role, transport):
    assert not list(client_errors(transport, role, text_call))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_free_calls_fail_with_a_package_error(transport):
    assert not list(client_errors(transport, "read", lambda client: client.languages()))


@pytest.mark.parametrize("role", FILE_ROLES)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_batch_submits_one_job_per_file_and_reports_failures(tmp_path, role, transport):
    assert not list(batch_errors(transport, role, tmp_path))


@pytest.mark.parametrize("role", FILE_ROLES)
def test_a_command_ends_with_an_exit_code_and_messages(tmp_path, role):
    (tmp_path / "a.txt").write_text("Hello")
    assert not list(command_errors(role, tmp_path, ["file", str(tmp_path / "a.txt"), "--to", "de"]))


@pytest.mark.parametrize("role", FILE_ROLES)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_hanging_connection_causes_no_second_job(tmp_path, role, transport):
    wrong = [*client_errors(transport, role, file_call(tmp_path), HANGING)]
    if role not in {"token", "upload"}:
        wrong += batch_errors(transport, role, tmp_path, {"hangs after": HANGING["hangs after"]})
    assert not wrong


def test_the_number_of_faults_is_as_documented():
    assert len(FAULTS) + len(HANGING) >= 120
