"""One drive through real pages in Chromium, from the registration of an enterprise to the published list."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseflow.config import Settings
from caseflow.db import Database
from tests.journey import scenes_applicant, scenes_bureau, scenes_province
from tests.journey.drive import stage
from tests.journey.world import Site, build

pytestmark = pytest.mark.browser


@pytest.fixture
def site(sqlite_database: Database, settings: Settings) -> Site:
    return build(sqlite_database, settings)


def test_a_case_goes_from_registration_to_the_published_list_on_real_pages(site: Site, tmp_path: Path) -> None:
    with stage(site, tmp_path / "shots") as on:
        scenes_applicant.the_enterprise_comes_in(on)
        case, code = scenes_applicant.the_application_is_filled_in_and_submitted(on)
        scenes_bureau.the_bureau_returns_it_once_and_it_comes_back(on, case)
        scenes_bureau.the_bureau_recommends_it_with_two_signatures(on, case)
        scenes_bureau.the_bureau_sends_its_round(on, case)
        scenes_province.the_province_takes_it_in(on, case)
        scenes_province.the_experts_score_it(on, case)
        scenes_province.the_list_is_proposed_consulted_and_posted(on, case)
        scenes_province.the_list_is_announced(on)
        scenes_applicant.the_public_sees_it(on, code)

        assert on.faults == []
