"""How the catalogue behaves, on good days and bad ones; none of these tests waits, and none costs anything.

The fixtures come with ``pip install "groupdocs-translation[sandbox]"``. Run ``pytest`` in this folder.
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


def test_all_texts_are_one_order_and_are_never_paid_for_again(catalogue, translation_sandbox):
    catalogue.translate("de")
    catalogue.translate("de")
    assert translation_sandbox.calls() == {"/connect/token": 1, "translateText": 1, "getTextTranslation": 1}


def test_only_new_products_are_ordered(translation_client, translation_sandbox, tmp_path):
    Catalogue(translation_client, PRODUCTS, tmp_path).translate("de")
    Catalogue(translation_client, {**PRODUCTS, "K-050": "Grows with the child"}, tmp_path).translate("de")
    _first, second = translation_sandbox.jobs.values()
    assert second.request["texts"] == ["Grows with the child"]


def test_while_the_service_is_down_the_shop_speaks_english(catalogue, translation_sandbox):
    translation_sandbox.fail("translateText", status=503, headers={"retry-after": "30"}, times=100)
    with pytest.raises(ServerError):
        catalogue.translate("de")
    assert catalogue.texts("de") == PRODUCTS
    assert not translation_sandbox.jobs


def test_a_short_outage_goes_unnoticed(catalogue, translation_sandbox):
    translation_sandbox.fail("translateText", status=503, headers={"retry-after": "1"}, times=2)
    translation_sandbox.fail("getTextTranslation", html=True)
    assert catalogue.translate("de") == "complete"


def test_an_order_whose_answer_was_lost_is_not_paid_for_twice(catalogue, translation_sandbox):
    translation_sandbox.fail("translateText", reset="after")  # the job is made, and then the connection breaks
    assert catalogue.translate("de") == "unclear"
    assert catalogue.translate("de") == "unclear"
    assert len(translation_sandbox.jobs) == 1
    catalogue.order_again("de")
    assert catalogue.translate("de") == "complete"


@pytest.mark.translation_sandbox(latency_s=HOUR_S)
def test_a_slow_job_is_left_to_the_next_run(catalogue, translation_client, translation_sandbox, tmp_path):
    assert catalogue.translate("de") == "in work"
    translation_sandbox.advance(3 * HOUR_S)  # now the token has expired, too
    next_run = Catalogue(translation_client, PRODUCTS, tmp_path)
    assert next_run.translate("de") == "complete"
    assert len(translation_sandbox.jobs) == 1


@pytest.mark.translation_sandbox(latency_s=HOUR_S)
def test_a_result_that_was_fetched_too_late_is_ordered_anew(catalogue, translation_sandbox):
    catalogue.translate("de")
    translation_sandbox.advance(30 * HOUR_S)  # results are kept for 24 hours
    with pytest.raises(JobExpired):
        catalogue.translate("de")
    assert catalogue.translate("de") == "in work"
    assert len(translation_sandbox.jobs) == 2


def test_a_job_that_failed_is_ordered_anew_by_the_next_run(catalogue, translation_sandbox):
    translation_sandbox.fail("translateText", job="failed")
    with pytest.raises(JobFailed):
        catalogue.translate("de")
    assert catalogue.translate("de") == "complete"
