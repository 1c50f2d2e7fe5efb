"""``caseflow footprint``: from files to figures, without a database."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from caseflow.cli.footprint import main
from caseflow.config import ROOT
from caseflow.footprint.study import read
from tests.footprint import books
from tests.footprint.published import flow, gas, line, process, study, system
from tests.footprint.test_exchange import product
from tests.footprint.test_release_table import HEAD, HEADING, STEAM

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command; answers exit code, what was said and what was complained of. There is no database to be reached."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/at/all.db")
    monkeypatch.setenv("CASEFLOW_HOME", str(tmp_path / "home"))

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        code = main(["footprint", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def _file(folder: Path, data: Any, name: str = "study.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(data, ensure_ascii=False) if path.suffix == ".json" else yaml.safe_dump(data), "utf-8")
    return path


def test_a_study_is_calculated_and_its_doubts_are_named(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("calculate", _file(tmp_path, study(declared="530.6")))
    lines = out.splitlines()

    assert code == 0
    assert lines[:2] == ["577.7 kgCO₂e per 1 t", "declared 530.6, a deviation of -8.153%"]
    assert lines[2] == "焦炭, gate_to_gate, 2024-01-01 to 2024-12-31, GB/T 24067-2024, AR6"
    assert lines[3].split() == ["By", "stage", "kgCO₂e", "%"]
    assert lines[4].split() == ["Production", "577.7", "100.0%"]
    doubts = [line for line in lines if line.startswith("R")]
    assert doubts[0].startswith("R01 Must be put right: Declared 530.6 and recomputed 577.7 kgCO₂e differ by -8.15")
    assert doubts[0].endswith("[declared]")
    assert lines[-2].startswith("Blocked. First of 1 to put right (R01)")
    assert lines[-1].startswith("method footprint-2, input ")


def test_every_line_shows_its_factor_and_where_that_comes_from(run: Run, tmp_path: Path) -> None:
    air = {
        "id": "air",
        "name": "空运",
        "stage": "production",
        "transport": {"mode": "air", "mass": "1", "distance": "100"},
    }
    moved = {**air, "factor": "cn-freight-2024/air", "uncertainty": {"gsd2": "1.2"}}
    late = {
        "id": "late",
        "name": "填埋",
        "stage": "end_of_life",
        "amount": "1",
        "unit": "kg",
        "gas": "CO2",
        "after_years": "30",
    }
    saved = {
        "id": "saved",
        "name": "回收",
        "stage": "end_of_life",
        "amount": "-1",
        "unit": "kg",
        "gas": "CO2",
        "credit": True,
    }

    out = run("calculate", _file(tmp_path, study(line(), moved, late, saved)))[1]
    said = [re.split(r"  +", one.strip()) for one in out.splitlines()]

    assert [
        "grid",
        "外购电力",
        "1000 kWh",
        "0.5777 kgCO2e/kWh",
        "577.7",
        "86.2%",
        "cn-electricity-footprint-2024/mix",
    ] in said
    assert ["air", "空运", "100 t·km", "0.921 kgCO2e/t·km", "92.1", "13.8%", "cn-freight-2024/air"] in said
    assert ["Aircraft", "92.1"] in said
    assert ["of these credits", "-1"] in said
    assert ["of these after more than ten years", "1"] in said
    assert ["CO2e", "669.8"] in said
    assert "primary data" in out
    assert "Uncertainty (exact moments): mean 67" in out


def test_other_choices_are_shown_with_their_change(run: Run, tmp_path: Path) -> None:
    made = [flow("x", "1", properties={"price": "3"}), flow("y", "1", role="coproduct", properties={"price": "1"})]
    one = process("p", *made, lines=[gas("8")], allocation={"method": "physical", "key": "mass"})
    body = system(one, scenarios=[{"id": "less", "name": "减半", "amounts": {"gas": "4"}}])

    said = [re.split(r"  +", row.strip()) for row in run("calculate", _file(tmp_path, body))[1].splitlines()]

    assert ["p: economic value", "6", "+50.0%"] in said
    assert ["减半", "2", "-50.0%"] in said


def test_a_report_can_be_read_in_chinese_and_asked_for_its_gate(run: Run, tmp_path: Path) -> None:
    blocked, sound = _file(tmp_path, study(declared="1")), _file(tmp_path, study(), "sound.json")

    code, out, _ = run("calculate", blocked, "--language", "zh", "--gate")

    assert code == 2
    assert out.splitlines()[0] == "复算值 577.7 kgCO₂e / 1 t"
    assert run("calculate", blocked)[0] == 0
    assert run("calculate", sound, "--gate")[0] == 0


def test_what_is_refused_is_told_in_the_language_asked_for(run: Run, tmp_path: Path) -> None:
    code, _, err = run("calculate", _file(tmp_path, study(line(unit="箩", amount="x"))), "--language", "zh")

    assert code == 1
    assert len(err.splitlines()) == 2
    assert err.splitlines()[0].startswith("lines[0].unit：没有计量单位“箩”")


def test_a_terminal_of_another_encoding_is_answered_all_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "caseflow", "footprint", "calculate", _file(tmp_path, study()), "--language", "zh"]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}

    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=ascii_only)

    assert "577.7 kgCO\\u2082e / 1 t" in done.stdout


def test_a_figure_does_not_wait_for_the_site_or_for_what_it_does_not_need(tmp_path: Path) -> None:
    """The command starts without pages, database and the parts of scipy that only a system of processes needs."""
    script = (
        "import sys; sys.argv = ['caseflow', 'footprint', 'calculate', sys.argv[1]]\n"
        "from caseflow.__main__ import main\n"
        "code = main(); heavy = {'flask', 'sqlalchemy', 'alembic', 'weasyprint', 'scipy.sparse', 'scipy.special'}\n"
        "print(code, sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, _file(tmp_path, study())], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.splitlines()[-1] == "0 []"


def test_json_workbook_and_yaml_of_a_study_come_to_the_same_result(run: Run, tmp_path: Path) -> None:
    data = study(line(), line(id="b", amount="0.1"))
    book = tmp_path / "study.xlsx"
    book.write_bytes(books.book(read(data)))

    found = [
        json.loads(run("calculate", path, "--json")[1])
        for path in (_file(tmp_path, data), _file(tmp_path, data, "study.yaml"), book)
    ]

    assert found[0]["result"]["total"] == pytest.approx(577.75777)
    assert len({one["result_hash"] for one in found}) == 1


def test_draws_repeat_with_their_seed_and_differ_with_another(run: Run, tmp_path: Path) -> None:
    path = _file(tmp_path, study(line(uncertainty={"gsd2": "1.2"})))

    def drawn(seed: int) -> Any:
        out = run("calculate", path, "--monte-carlo", "1000", "--seed", str(seed), "--json")[1]
        return json.loads(out)["uncertainty"]["simulation"]

    assert drawn(7) == drawn(7)
    assert (drawn(7)["draws"], drawn(7)["seed"]) == (1000, 7)
    assert drawn(7)["mean"] != drawn(8)["mean"]
    assert "1000 draws (seed 7): mean 58" in run("calculate", path, "--monte-carlo", "1000", "--seed", "7")[1]
    certain = _file(tmp_path, study(), "certain.json")
    assert run("calculate", certain, "--monte-carlo", "1000")[1].endswith("There is no uncertainty to draw from.\n")


def test_other_potentials_and_another_release_give_their_own_total(run: Run, tmp_path: Path) -> None:
    leak = {"id": "leak", "name": "制冷剂", "stage": "production", "amount": "1", "unit": "kg", "gas": "R32"}
    path = _file(tmp_path, study(line(), leak))

    def total(*options: str) -> Any:
        return json.loads(run("calculate", path, "--json", *options)[1])["result"]["total"]

    assert total() == pytest.approx(577.7 + 771)
    assert total("--gwp", "AR4") == pytest.approx(577.7 + 675)
    assert total("--factors", "cn-electricity-footprint-2023") == pytest.approx(620.5 + 771)


def test_a_release_of_ones_own_is_taken_from_its_file(run: Run, tmp_path: Path) -> None:
    shipped = ROOT / "workflows" / "data" / "factors" / "electricity-footprint-2024.yaml"
    release = yaml.safe_load(shipped.read_text("utf-8"))
    release["id"] = "trial"
    for factor in release["factors"]:
        factor["value"] = "0.5" if factor["id"] == "mix" else factor["value"]

    found = run("calculate", _file(tmp_path, study()), "--factors", _file(tmp_path, release, "trial.yaml"))[1]

    assert found.splitlines()[0] == "500 kgCO₂e per 1 t"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--factors", "nobody"], "--factors: there is no “nobody”; choose from cn-electricity-co2-2021"),
        (["--tolerance", "NaN"], "--tolerance: must lie between 0 and 100, but is NaN"),
        (["--tolerance", "abc"], "--tolerance: must lie between 0 and 100, but is abc"),
        (["--tolerance", "-1"], "--tolerance: must lie between 0 and 100, but is -1"),
        (["--monte-carlo", "1"], "--monte-carlo / --seed: must lie between 2 and 1000000, but is 1"),
        (["--monte-carlo", "10", "--seed", "-1"], "--monte-carlo / --seed: must lie between"),
    ],
)
def test_a_wrong_option_ends_with_a_sentence(run: Run, tmp_path: Path, options: list[str], expected: str) -> None:
    code, _, err = run("calculate", _file(tmp_path, study()), *options)

    assert code == 1
    assert err.startswith(expected)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", "{", "The file JSON cannot be read"),
        ("a.yaml", "a: [", "The file a.yaml cannot be read"),
        ("a.json", '{"product": "x"}', "functional_unit: is missing"),
        ("a.xlsx", "x", "The type of the file is not recognised"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_a_sentence(
    run: Run, tmp_path: Path, name: str, content: str, expected: str
) -> None:
    (tmp_path / name).write_text(content, "utf-8")

    code, _, err = run("calculate", tmp_path / name)

    assert code == 1
    assert err.startswith(expected)
    assert run("calculate", tmp_path / f"nowhere-{name}")[0] == 1


def test_a_template_filled_by_hand_is_previewed_by_cell_and_becomes_a_study(run: Run, tmp_path: Path) -> None:
    blank, filled, before = (
        tmp_path / "blank.xlsx",
        tmp_path / "filled.xlsx",
        _file(tmp_path, study(line(), line(id="old"))),
    )
    data = study(line(amount="900"), line(id="new", amount="100"))

    assert run("template", "-o", blank, "--stages", books.STANDARD)[0] == 0
    assert run("template", "-o", filled, "--study", _file(tmp_path, data, "now.json")) == (0, "", "")
    code, out, _ = run("import", filled, "--against", before, "-o", tmp_path / "out.json")

    assert code == 0
    assert out.splitlines()[:4] == [
        "5 生产!4 changed grid 外购电力",
        "    5 生产!F4 数量: 1000 → 900",
        "5 生产!5 new new 外购电力",
        "gone line old",
    ]
    assert out.splitlines()[-1] == "577.7 kgCO₂e per 1 t"
    assert json.loads(run("calculate", tmp_path / "out.json", "--json")[1])["study"] == read(data).as_json()
    assert run("import", blank)[0] == 1


def test_what_is_wrong_in_a_workbook_is_said_with_its_cell_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    path = books.saved(tmp_path, books.tables(books.book(read(study())), s5_F4="许多"))

    code, out, _ = run("import", path, "-o", tmp_path / "out.json")

    assert code == 1
    assert out.splitlines()[:2] == [
        "5 生产!4 error grid 外购电力",
        "    5 生产!F4: “许多” is not a usable number (up to 24 digits on each side of the point)",
    ]
    assert not (tmp_path / "out.json").exists()


def test_a_study_goes_out_as_pact_and_comes_back_as_a_factor(run: Run, tmp_path: Path) -> None:
    path, going = _file(tmp_path, product()), tmp_path / "pact.json"

    code, _, _ = run(
        "to-pact", path, "-o", going, "--company", "urn:company:a", "--product", "urn:product:b", "--packaging"
    )
    back, out, err = run("from-pact", going, "--id", "coke")

    assert (code, back) == (0, 0)
    assert json.loads(going.read_text("utf-8"))["pcf"]["packagingEmissionsIncluded"] is True
    assert (json.loads(out)["id"], json.loads(out)["value"], json.loads(out)["unit"]) == ("coke", "0.8777", "kg")
    assert err in ("", "the footprint expired on 2027-12-31\n")


def test_the_faults_of_a_pact_file_are_complained_of_beside_the_factor(run: Run, tmp_path: Path) -> None:
    going = tmp_path / "pact.json"
    run("to-pact", _file(tmp_path, product()), "-o", going, "--company", "urn:company:a", "--product", "urn:product:b")
    body = json.loads(going.read_text("utf-8"))
    body["pcf"]["fossilGhgEmissions"] = "900"

    code, out, err = run("from-pact", _file(tmp_path, body, "wrong.json"))

    assert code == 0
    assert json.loads(out)["value"] == "0.8777"
    assert err.startswith("R17 ")
    assert "900" in err


def test_a_table_of_factors_is_reported_row_by_row_and_becomes_a_release(run: Run, tmp_path: Path) -> None:
    head = _file(tmp_path, HEAD, "head.yaml")
    table, wrong = tmp_path / "table.csv", tmp_path / "wrong.csv"
    rows = [HEADING, STEAM]
    table.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    wrong.write_text("\n".join(",".join(row) for row in [*rows, ["b", "乙", "", "b", "many", "GJ"]]), "gb18030")

    taken = run("release", table, "--head", head, "-o", tmp_path / "steam.json")
    again = run("release", table, "--head", head, "--against", tmp_path / "steam.json")
    refused = run("release", wrong, "--head", head, "-o", tmp_path / "not.json")

    assert taken == (0, "2 new steam\n", "")
    assert again[1] == "2 same steam\n"
    assert refused[0] == 1
    assert refused[1].splitlines()[:2] == ["2 new steam", "3 wrong b"]
    assert not (tmp_path / "not.json").exists()
