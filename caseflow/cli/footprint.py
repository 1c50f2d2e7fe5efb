"""The calculator on the command line. It needs no database: studies, workbooks and exchange files are its files."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import yaml

from caseflow import clock
from caseflow.cli import shown
from caseflow.config import Settings, from_environment
from caseflow.footprint import document, exchange, montecarlo, scenarios
from caseflow.footprint.choosing import with_release
from caseflow.footprint.context import Context, read_requirements
from caseflow.footprint.exchange_writing import Sender, write_exchange
from caseflow.footprint.factors import Release, read_release
from caseflow.footprint.findings import DEFAULTS
from caseflow.footprint.gases import GWP_SETS
from caseflow.footprint.plain import number
from caseflow.footprint.release_table import read_table, rows_of_csv
from caseflow.footprint.report import report
from caseflow.footprint.shelf import Shelf, load, shelf
from caseflow.footprint.study import Study
from caseflow.footprint.workbook import write
from caseflow.footprint.workbook_reading import Reading, read_workbook
from caseflow.records import workbooks
from caseflow.words import LANGUAGES, Language, Message, Refused, from_json, render, text

LANGUAGE: Language = "en"
BLOCKED = 2
"""Exit code of ``--gate`` where something must be put right first."""
WORKBOOK = ".xlsx"
HELP = "the calculator, without a database"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``footprint COMMAND …``; returns the exit code. What is refused is told sentence by sentence."""
    parser = argparse.ArgumentParser("caseflow")
    rooms = parser.add_subparsers(required=True, metavar="COMMAND")
    add(rooms.add_parser("footprint", help=HELP).add_subparsers(required=True, metavar="COMMAND"))
    parsed = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, TextIOWrapper
        ):  # a terminal of another encoding shows what it has no sign for as a number
            stream.reconfigure(errors="backslashreplace")
    try:
        code: int = parsed.run(from_environment(), parsed)
    except Refused as refused:
        language = getattr(parsed, "language", LANGUAGE)
        sys.stderr.writelines(f"{render(reason, language)}\n" for reason in refused.reasons)
        return 1
    return code


def add(commands: Any) -> None:
    """The subcommands of ``caseflow footprint``."""
    calculating = commands.add_parser("calculate", help="what a study comes to, and what is doubtful about it")
    calculating.add_argument("file", type=Path, help="a study as .json, .yaml or filled workbook (.xlsx)")
    calculating.add_argument("--gwp", choices=GWP_SETS, help="other warming potentials than the study's")
    calculating.add_argument(
        "--factors", metavar="RELEASE", help="take what this release (an id or a file) has from it"
    )
    calculating.add_argument("--monte-carlo", type=int, metavar="DRAWS", help="draw the uncertain figures so often")
    calculating.add_argument("--seed", type=int, default=0, help="of the draws; the same seed, the same figures")
    calculating.add_argument("--tolerance", default="5", metavar="PERCENT", help="of the declared figure")
    calculating.add_argument("--json", action="store_true", help="everything, as JSON")
    calculating.add_argument("--language", choices=LANGUAGES, default=LANGUAGE, help="of the text")
    calculating.add_argument(
        "--gate", action="store_true", help=f"exit code {BLOCKED} where something must be put right first"
    )
    calculating.set_defaults(run=_calculate)

    blank = commands.add_parser("template", help="write the workbook, empty or filled with a study")
    blank.add_argument("-o", "--output", type=Path, required=True)
    blank.add_argument("--stages", metavar="LIST", help="id of the list of life-cycle stages")
    blank.add_argument("--study", type=Path, help="a study to fill in")
    blank.set_defaults(run=_template)

    reading = commands.add_parser("import", help="say cell by cell what a filled workbook would bring")
    reading.add_argument("file", type=Path)
    reading.add_argument("--against", type=Path, help="the study that its lines are compared with")
    reading.add_argument("-o", "--output", type=Path, help="write the study as JSON")
    reading.set_defaults(run=_import)

    going = commands.add_parser("to-pact", help="write a study as PACT 3 JSON")
    going.add_argument("file", type=Path)
    going.add_argument("-o", "--output", type=Path, required=True)
    going.add_argument("--company", action="append", required=True, metavar="URN")
    going.add_argument("--product", action="append", required=True, metavar="URN")
    going.add_argument("--packaging", action=argparse.BooleanOptionalAction, help="packaging is counted, or is not")
    going.set_defaults(run=_to_pact)

    coming = commands.add_parser("from-pact", help="check a PACT 3 JSON file and make an own factor of it")
    coming.add_argument("file", type=Path)
    coming.add_argument("--id", default="", help="of the factor, where several lines share it")
    coming.set_defaults(run=_from_pact)

    table = commands.add_parser("release", help="say row by row what a table of factors would become")
    table.add_argument("file", type=Path, help=".csv or .xlsx, its first row naming the columns")
    table.add_argument("--head", type=Path, required=True, help="YAML or JSON: id, title, authority, document, common")
    table.add_argument("--against", metavar="RELEASE", help="the release (an id or a file) that it is compared with")
    table.add_argument("-o", "--output", type=Path, help="write the release as JSON")
    table.set_defaults(run=_release)


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def _t(key: str, /, **values: Any) -> str:
    return text(key, LANGUAGE, **values)


def _shelf(settings: Settings) -> Shelf:
    return load(settings.workflows / "data")


def _context(settings: Settings, study: Study) -> Context:
    """What is known of the kind of product without a database."""
    path = settings.workflows / "data" / "footprint-requirements.yaml"
    if not path.exists():
        return Context()
    known = read_requirements(_parsed(path), path.name)
    return Context(required=known.get(study.product_code, ()))


def _parsed(path: Path) -> Any:
    """A JSON or YAML file. Raises Refused where it cannot be read."""
    try:
        content = path.read_text("utf-8")
        return document.load(content) if path.suffix == ".json" else yaml.load(content, yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Refused(Message("footprint.unreadable", {"path": path.name, "why": str(error)[:200]})) from error


def _study(path: Path, known: Shelf) -> Study:
    """The study of a file of any kind. Raises Refused with every problem, by cell or path."""
    if path.suffix.lower() != WORKBOOK:
        return document.study_of(_parsed(path))
    found = _reading(path, known)
    if found.study is None:
        raise Refused(*(message for _, message in found.problems))
    return found.study


def _reading(path: Path, known: Shelf, previous: Study | None = None) -> Reading:
    if not path.is_file():
        raise Refused(Message("footprint.unreadable", {"path": path.name, "why": _t("cli.no_file")}))
    return read_workbook(workbooks.read(path), known, previous)


def _with_release(known: Shelf, named: str, option: str = "--factors") -> tuple[Shelf, Release]:
    """The release of this id; one from a file is put on the shelf."""
    found = known.factors.release(named)
    if found is not None:
        return known, found
    path = Path(named)
    if not path.is_file():
        ids = [release.id for release in known.factors.releases]
        raise Refused(Message("footprint.not_offered", {"path": option, "got": named, "choices": ids}))
    fresh = read_release(_parsed(path), path.name)
    return shelf((*known.factors.releases, fresh), known.schemes), fresh


def _calculate(settings: Settings, parsed: argparse.Namespace) -> int:
    known = _shelf(settings)
    study = _study(parsed.file, known)
    if parsed.gwp:
        study = scenarios.with_gwp_set(study, parsed.gwp)
    if parsed.factors:
        known, release = _with_release(known, parsed.factors)
        study = with_release(study, known, release)
    draws, seed = _draws(parsed)
    context = _context(settings, study)
    _, found = report(study, known, _tolerance(parsed), DEFAULTS, context, draws=draws, seed=seed)
    body = {"study": study.as_json(), **found}
    if parsed.json:
        _say(json.dumps(body, ensure_ascii=False, indent=2))
    else:
        _say(*shown.shown(body, parsed.language))
        if draws and not (body["uncertainty"] or {}).get("simulation"):
            _say(text("cli.footprint_certain", parsed.language))
    return BLOCKED if parsed.gate and found["gate"]["status"] == "blocked" else 0


def _tolerance(parsed: argparse.Namespace) -> Decimal:
    found = number(parsed.tolerance)
    if found is None or not 0 <= found <= 100:
        raise Refused(
            Message(
                "footprint.not_in_range", {"path": "--tolerance", "low": 0, "high": 100, "got": parsed.tolerance[:40]}
            )
        )
    return found


def _draws(parsed: argparse.Namespace) -> tuple[int, int]:
    draws, seed = parsed.monte_carlo, parsed.seed
    if draws is None:
        return 0, 0
    if not 2 <= draws <= montecarlo.MOST_DRAWS or seed < 0:
        values = {"low": 2, "high": montecarlo.MOST_DRAWS, "got": draws if seed >= 0 else seed}
        raise Refused(Message("footprint.not_in_range", {"path": "--monte-carlo / --seed", **values}))
    return draws, seed


def _template(settings: Settings, parsed: argparse.Namespace) -> int:
    known = _shelf(settings)
    study = _study(parsed.study, known) if parsed.study else None
    wanted = parsed.stages or (study.stages if study else known.schemes[0].id)
    scheme = known.scheme(wanted)
    if scheme is None:
        ids = [one.id for one in known.schemes]
        raise Refused(Message("footprint.not_offered", {"path": "--stages", "got": wanted, "choices": ids}))
    parsed.output.write_bytes(write(known, scheme, study))
    return 0


def _import(settings: Settings, parsed: argparse.Namespace) -> int:
    known = _shelf(settings)
    previous = _study(parsed.against, known) if parsed.against else None
    found = _reading(parsed.file, known, previous)
    for row in found.rows:
        _say(f"{row.sheet}!{row.row} {_t(f'cli.row.{row.status}')} {row.id} {row.name}".rstrip())
        _say(*(f"    {one.where} {one.head}: {one.before or '-'} → {one.after or '-'}" for one in row.changes))
    for of, id_, product in found.gone:
        _say(f"{_t('cli.row.gone')} {of} {id_} {product}".rstrip())
    for _, message in (*found.problems, *found.remarks):
        _say(f"    {render(message, LANGUAGE)}")
    if found.study is None:
        _say(_t("cli.footprint_refused", errors=len(found.problems)))
        return 1
    _, body = report(found.study, known, context=_context(settings, found.study))
    for one in body["findings"]:
        where = found.cells.get(one["line"], "")
        _say(f"    {where or '-'}: {one['check']} {render(from_json(one['message']), LANGUAGE)}")
    unit = body["result"]["unit"]
    total = shown.figure(body["result"]["total"])
    _say(_t("cli.footprint_total", total=total, quantity=unit["quantity"], unit=unit["unit"]))
    if parsed.output:
        parsed.output.write_text(document.write_document(found.study), "utf-8")
    return 0


def _release(settings: Settings, parsed: argparse.Namespace) -> int:
    head, rows = _parsed(parsed.head), _rows(parsed.file)
    if not isinstance(head, dict):
        raise Refused(Message("footprint.not_a_mapping", {"path": parsed.head.name}))
    previous = _with_release(_shelf(settings), parsed.against, "--against")[1] if parsed.against else None
    found = read_table(head, rows, previous)
    for row in found.rows:
        _say(f"{row.row} {_t(f'cli.row.{row.status}')} {row.id}")
        _say(*(f"    {render(one, LANGUAGE)}" for one in row.problems))
    _say(*(render(one, LANGUAGE) for one in found.problems))
    if found.release is None:
        return 1
    if parsed.output:
        parsed.output.write_text(json.dumps(found.release.as_json(), ensure_ascii=False, indent=2) + "\n", "utf-8")
    return 0


def _rows(path: Path) -> Sequence[Sequence[Any]]:
    """The rows of a table. Raises Refused where it is none, or holds what could run."""
    if not path.is_file():
        raise Refused(Message("footprint.unreadable", {"path": path.name, "why": _t("cli.no_file")}))
    if path.suffix.lower() == WORKBOOK:
        return workbooks.read(path)[0].rows
    return rows_of_csv(path.read_bytes())


def _to_pact(settings: Settings, parsed: argparse.Namespace) -> int:
    known = _shelf(settings)
    sender = Sender(parsed.company, parsed.product, clock.now(), parsed.packaging)
    body = write_exchange(_study(parsed.file, known), known, sender)
    parsed.output.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return 0


def _from_pact(_settings: Settings, parsed: argparse.Namespace) -> int:
    found = exchange.read_exchange(_parsed(parsed.file))
    for one in found.findings:
        sys.stderr.write(f"{one.check} {render(one.message, LANGUAGE)}\n")
    if found.valid_until < clock.today():
        sys.stderr.write(_t("cli.exchange_expired", until=found.valid_until.isoformat()) + "\n")
    _say(json.dumps(found.own_factor(parsed.id).as_json(), ensure_ascii=False, indent=2))
    return 0
