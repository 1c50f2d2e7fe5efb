"""Stage lists are data that map to the standard, and one that does not is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from caseflow.footprint.shelf import load
from caseflow.footprint.stages import read_schemes, scheme_from_json
from caseflow.words import Refused
from tests.footprint.published import shipped


def test_the_notice_has_six_stages_with_transport_apart() -> None:
    """晋环函〔2025〕344号 三（一）3（1）: 原材料获取、运输、产品制造、分销、使用和回收处置."""
    scheme = shipped().scheme("jinhuanhan-2025-344")

    assert scheme is not None
    assert [one.title.zh for one in scheme.stages] == ["原材料获取", "运输", "产品制造", "分销", "使用", "回收处置"]


def test_every_scheme_reaches_every_stage_of_the_standard() -> None:
    standard = {"raw_material", "production", "distribution", "use", "end_of_life"}

    assert [standard] * 3 == [{stage.maps_to for stage in scheme.stages} for scheme in shipped().schemes]


def test_a_boundary_takes_the_stages_that_map_into_it() -> None:
    scheme = shipped().scheme("jinhuanhan-2025-344")
    assert scheme is not None
    boundary = scheme.boundary("cradle_to_gate")
    assert boundary is not None

    assert [one.id for one in scheme.inside(boundary)] == ["raw_material", "transport", "manufacturing"]


def test_a_scheme_written_and_read_again_is_the_same() -> None:
    for scheme in shipped().schemes:
        again = scheme_from_json(scheme.as_json())

        assert scheme == again
        assert scheme.hash == again.hash


def test_a_stage_that_maps_to_nothing_is_refused_with_every_other_problem() -> None:
    wrong: dict[str, Any] = {
        "standard": "std",
        "schemes": [
            {
                "id": "std",
                "title": {"zh": "标准", "en": "Standard"},
                "basis": "x",
                "stages": [{"id": "use", "zh": "使用", "en": "Use"}],
            },
            {
                "id": "other",
                "title": {"zh": "另", "en": "Other"},
                "basis": "x",
                "stages": [{"id": "a", "zh": "甲", "en": "A", "maps_to": "abuse"}] * 2,
            },
        ],
        "boundaries": [{"id": "all", "zh": "全", "en": "All", "stages": ["use", "reuse"]}],
    }

    with pytest.raises(Refused) as refused:
        read_schemes(wrong)

    assert [(reason.key, reason.values["path"]) for reason in refused.value.reasons] == [
        ("footprint.not_offered", "schemes[1].stages.a"),
        ("footprint.not_offered", "schemes[1].stages.a"),
        ("footprint.twice", "schemes[1].stages"),
        ("footprint.not_offered", "boundaries.all"),
    ]


def test_a_folder_names_the_problems_of_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "factors").mkdir()
    (tmp_path / "factors" / "a.yaml").write_text("[", "utf-8")
    (tmp_path / "factors" / "b.yaml").write_text("7", "utf-8")

    with pytest.raises(Refused) as refused:
        load(tmp_path)

    assert {"a.yaml", "b.yaml", "stages.yaml"} == {
        str(reason.values["path"]).split(".yaml")[0] + ".yaml" for reason in refused.value.reasons
    }
