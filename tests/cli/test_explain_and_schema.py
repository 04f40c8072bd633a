from __future__ import annotations

import json

import jsonschema
import pytest

from flake8_ssot_engine.cli.main import main


@pytest.mark.parametrize("name", ["SSOT001", "ssot001", "deprecated-import"])
def test_explain_prints_the_page(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", name]) == 0
    page = capsys.readouterr().out
    assert page.startswith("## SSOT001 deprecated-import\n")
    assert "### Why is this bad?" in page


def test_explain_of_an_unknown_code_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "SSOT0O1"]) == 2
    assert "did you mean `SSOT001`?" in capsys.readouterr().err


def test_schema_is_a_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    with pytest.raises(jsonschema.ValidationError, match="exclud"):
        jsonschema.validate({"exclud": []}, schema)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("ssot 0.")


def test_a_bug_exits_3(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("flake8_ssot_engine.cli.schema.run", fail)
    assert main(["schema"]) == 3
    assert "this is a bug in ssot" in capsys.readouterr().err
