"""Tests of the catalogue, including failures of the service. They do not wait and cost nothing.

The fixtures are installed by ``pip install "groupdocs-translation[sandbox]"``. Run ``pytest`` in this folder.
"""

from __future__ import annotations

import pytest
from catalogue import Catalogue
from groupdocs_translation import JobExpired, JobFailed, ServerError

PRODUCTS = {
    "C-100": "A Northwind city bike for {price} euros",
    "L-200": "This cargo bike carries 120 kg",
}
HOUR_S = 3600


@pytest.fixture
def catalogue(translation_client, tmp_path):
    return Catalogue(translation_client, dict(PRODUCTS), tmp_path)


def test_products_are_shown_in_english_until_they_are_translated(catalogue):
    assert catalogue.texts("de") == PRODUCTS
    assert catalogue.translate("de") == "complete"
    city_bike, cargo_bike = catalogue.texts("de").values()
    assert city_bike.startswith("[de] ")
    assert "{price}" in city_bike
    assert "Northwind" in city_bike
    assert "Cargobike" in cargo_bike


def test_all_texts_are_submitted_in_one_job_and_billed_once(catalogue, translation_sandbox):
    catalogue.translate("de")
    catalogue.translate("de")
    assert translation_sandbox.calls() == {"/connect/token": 1, "translateText": 1, "getTextTranslation": 1}


def test_only_new_products_are_submitted(translation_client, translation_sandbox, tmp_path):
    Catalogue(translation_client, PRODUCTS, tmp_path).translate("de")
    Catalogue(translation_client, {**PRODUCTS, "K-050": "Grows with the child"}, tmp_path).translate("de")
    _first, second = translation_sandbox.jobs.values()
    assert second.request["texts"] == ["Grows with the child"]


def test_texts_stay_english_while_the_service_is_down(catalogue, translation_sandbox):
    translation_sandbox.fail("translateText", status=503, headers={"retry-after": "30"}, times=100)
    with pytest.raises(ServerError):
        catalogue.translate("de")
    assert catalogue.texts("de") == PRODUCTS
    assert not translation_sandbox.jobs


def test_a_short_outage_is_retried(catalogue, translation_sandbox):
    translation_sandbox.fail("translateText", status=503, headers={"retry-after": "1"}, times=2)
    translation_sandbox.fail("getTextTranslation", html=True)
    assert catalogue.translate("de") == "complete"


def test_a_submission_without_a_response_is_not_billed_twice(catalogue, translation_sandbox):
    translation_sandbox.fail("translateText", reset="after")  # the job is created, and then the connection breaks
    assert catalogue.translate("de") == "uncertain"
    assert catalogue.translate("de") == "uncertain"
    assert len(translation_sandbox.jobs) == 1
    catalogue.allow_resubmission("de")
    assert catalogue.translate("de") == "complete"


@pytest.mark.translation_sandbox(latency_s=HOUR_S)
def test_a_slow_job_is_resumed_by_the_next_run(catalogue, translation_client, translation_sandbox, tmp_path):
    assert catalogue.translate("de") == "running"
    translation_sandbox.advance(3 * HOUR_S)  # the token has expired too
    next_run = Catalogue(translation_client, PRODUCTS, tmp_path)
    assert next_run.translate("de") == "complete"
    assert len(translation_sandbox.jobs) == 1


@pytest.mark.translation_sandbox(latency_s=HOUR_S)
def test_an_expired_result_is_submitted_again(catalogue, translation_sandbox):
    catalogue.translate("de")
    translation_sandbox.advance(30 * HOUR_S)  # results are kept for 24 hours
    with pytest.raises(JobExpired):
        catalogue.translate("de")
    assert catalogue.translate("de") == "running"
    assert len(translation_sandbox.jobs) == 2


def test_a_failed_job_is_submitted_again_by_the_next_run(catalogue, translation_sandbox):
    translation_sandbox.fail("translateText", job="failed")
    with pytest.raises(JobFailed):
        catalogue.translate("de")
    assert catalogue.translate("de") == "complete"
