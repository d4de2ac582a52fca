"""A few rows of the fault matrix, one of each kind; ``nox -s interop`` has all of it."""

from __future__ import annotations

import socket

import pytest

from tests.faults.matrix import (
    FAULTS,
    FILE_ROLES,
    TEXT_ROLES,
    TRANSPORTS,
    batch_errors,
    client_errors,
    command_errors,
    file_call,
    only_loopback,
    text_call,
)

OF_EACH_KIND = (
    "500", "503 of the service, before", "401 before", "reset after", "closed in the body", "no head", "twice",
    "a page", "503 of a gateway in JSON", "score without a float", "304 with a body",
    "id '../../x?y#z'", "size 6", "a bomb", "address 'https://xn--a/x'", "redirect ''",
)  # fmt: skip
FEW = {name: FAULTS[name] for name in OF_EACH_KIND}
OF_A_BATCH = {name: FAULTS[name] for name in ("501", "503 for ever", "twice")}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", only_loopback)


@pytest.mark.parametrize("role", FILE_ROLES)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_file_is_one_job_at_most_and_fails_with_an_error_of_this_package(tmp_path, role, transport):
    assert not list(client_errors(transport, role, file_call(tmp_path), FEW))


@pytest.mark.parametrize("role", TEXT_ROLES)
def test_texts_are_one_job_at_most_and_fail_with_an_error_of_this_package(role):
    assert not list(client_errors("sync", role, text_call, FEW))


@pytest.mark.parametrize("role", ["submit", "poll", "fetch"])
def test_a_batch_makes_one_job_a_file_and_reports_what_failed(tmp_path, role):
    assert not list(batch_errors("httpx2", role, tmp_path, OF_A_BATCH))


@pytest.mark.parametrize("role", FILE_ROLES)
def test_a_command_ends_with_an_exit_code_and_lines(tmp_path, role):
    (tmp_path / "a.txt").write_text("Hello")
    wrong = command_errors(role, tmp_path, ["file", str(tmp_path / "a.txt"), "--to", "de"], OF_A_BATCH)
    assert not list(wrong)
