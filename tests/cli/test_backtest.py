"""`wardwatch backtest`: what rules would have done, as text, JSON and a page, and a code for scripts."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.calling import District, clean
from tests.waiting import eventually_sync

T0 = 1_790_000_000_000
MINUTE = 60_000
OWN_RULE = """
X-01:
  name: {zh: 一, en: One}
  applies_to: {profile: leak_sensor}
  levels: {L2: {when: wet}}
"""
DEVICE = "lakeside-b1-leak-pump"


def said(district: District, *, minutes: int = 120, wet: range = range(60, 90)) -> Path:
    """A CSV file: a leak sensor that is wet for a while."""
    path = district.folder / "said.csv"
    rows = [f"{T0 + minute * MINUTE},{DEVICE},{str(minute in wet).lower()}\n" for minute in range(minutes)]
    path.write_text("time,device,wet\n" + "".join(rows), encoding="utf-8")
    return path


def backtest(district: District, *more: str) -> tuple[int, str]:
    found = district.call("backtest", "--csv", str(said(district)), *more)
    return found.exit_code, found.stdout


def test_text_tells_of_the_rule_that_fired(district: District) -> None:
    code, told = backtest(district, "--lang", "en")
    assert code == 0, told
    assert "120 readings" in told
    assert re.search(r"^LK-01 +1 +L\d 1", told, re.MULTILINE), told
    assert "Rules that kept still" in told


@pytest.mark.parametrize(("language", "words"), [("zh", "没有动静的规则"), ("en", "Rules that kept still")])
def test_it_speaks_the_language_it_is_asked_for(district: District, language: str, words: str) -> None:
    assert words in backtest(district, "--lang", language)[1]


def test_programs_get_one_document(district: District) -> None:
    code, told = backtest(district, "--json")
    document = json.loads(told)
    assert code == 0
    assert document["version"] == 1
    assert document["source"]["readings"] == 120
    (rule,) = [rule for rule in document["account"]["rules"] if rule["rule"] == "LK-01"]
    assert rule["alerts"] == 1
    (alarm,) = [alarm for alarm in document["account"]["alarms"] if alarm["rule"] == "LK-01"]
    assert alarm["began"] >= T0 + 60 * MINUTE


def test_the_page_needs_no_network_and_speaks_both_languages(district: District) -> None:
    out = district.folder / "page.html"
    code, _ = backtest(district, "--format", "html", "--out", str(out), "--lang", "zh")
    page = out.read_text(encoding="utf-8")
    assert code == 0
    assert not re.search(r"""(src|href)=|@import|url\(|https?://""", page)
    assert 'data-lang="zh"' in page
    assert "规则回测" in page
    assert "Backtest" in page
    assert page.count("<svg") >= 3  # days, timelines, the values around the alert
    assert DEVICE in page


def test_what_people_wrote_cannot_break_the_page(district: District) -> None:
    rules = district.folder / "tried"
    rules.mkdir()
    (rules / "x.yaml").write_text(
        OWN_RULE.replace("zh: 一, en: One", "zh: '<b>&', en: '<script>alert(1)</script>'"), encoding="utf-8"
    )
    code, page = backtest(district, "--rules", str(rules), "--format", "html")
    assert code == 0
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_directory_to_try_may_bring_its_own_overrides(district: District) -> None:
    tried = district.folder / "tried"
    (tried / "family").mkdir(parents=True)
    rule = OWN_RULE.replace("{L2: {when: wet}}", "{L2: {when: wet, for: hold}}\n  parameters: {hold: 5 min}")
    (tried / "family" / "x.yaml").write_text(rule, encoding="utf-8")
    alerts = []
    for hold in ("5 min", "20 min", "40 min"):
        (tried / "overrides.yaml").write_text(
            f"overrides: [{{rule: X-01, device: {DEVICE}, set: {{hold: {hold}}}}}]\n", encoding="utf-8"
        )
        code, told = backtest(district, "--rules", str(tried), "--format", "json")
        assert code == 0
        rules = json.loads(told)["account"]["rules"]
        alerts.append(sum(rule["alerts"] for rule in rules if rule["rule"] == "X-01"))
    assert alerts == [1, 1, 0]  # it is wet for half an hour


def test_other_rules_are_compared_in_the_same_run(district: District) -> None:
    tried = district.folder / "tried"
    shutil.copytree(district.folder / "rules", tried)
    compare = ("--compare", str(district.folder / "rules"), "--format", "json")
    code, told = backtest(district, "--rules", str(tried), *compare)
    assert code == 0
    comparison = json.loads(told)["comparison"]
    assert comparison["differences"] == []
    assert all(rule["same"] == rule["before"] == rule["after"] for rule in comparison["rules"])
    (tried / "own.yaml").write_text(OWN_RULE, encoding="utf-8")
    code, told = backtest(district, "--rules", str(tried), *compare)
    (pair,) = json.loads(told)["comparison"]["differences"]
    assert (pair["change"], pair["after"]["rule"]) == ("added", "X-01")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--rules", "nowhere"), 2),
        (("--from", "yesterday-ish"), 2),
        (("--warm-up", "soon"), 2),
        (("--device", "nobody"), 2),
        (("--community", "nowhere"), 2),
        (("--compare", "recorded"), 2),  # a file holds nothing that was decided
        (("--csv", "nowhere.csv"), 4),
        (("--out", "nowhere/page.html", "--format", "html"), 1),
    ],
)
def test_what_cannot_be_done_ends_with_its_code_and_says_why(
    district: District, more: tuple[str, ...], code: int
) -> None:
    found = district.call("backtest", "--csv", str(said(district)), *more)
    assert found.exit_code == code, found.output
    assert found.output.strip()


def test_without_a_store_the_cure_is_named(district: District) -> None:
    found = district.call("backtest")
    assert found.exit_code == 4
    assert "there is no store at" in found.output


def test_bad_rows_are_told_and_end_a_strict_run(district: District) -> None:
    path = said(district)
    path.write_text(path.read_text(encoding="utf-8") + f"never,{DEVICE},true\n", encoding="utf-8")
    found = district.call("backtest", "--csv", str(path), "--lang", "en")
    assert found.exit_code == 0
    assert "said.csv:122: never is no time" in found.stdout
    found = district.call("backtest", "--csv", str(path), "--strict")
    assert found.exit_code == 4
    assert "said.csv:122" in found.output


def test_ctrl_c_leaves_with_what_was_counted(district: District) -> None:
    path = said(district)
    pipe = district.folder / "endless.csv"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "processor.cli.main", "backtest", "--csv", str(pipe), "--format", "json"]
    process = subprocess.Popen(
        command,
        env={**clean(os.environ), **district.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        # Once it has been stopped, nobody reads the pipe any more.
        with suppress(BrokenPipeError), pipe.open("w", encoding="utf-8") as file:
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            file.write(lines[0])
            eventually_sync(lambda: process.poll() is None, "a running backtest", 30)
            file.writelines(f"{T0 + 1000 * number},{DEVICE},false\n" for number in range(150_000))
            process.send_signal(signal.SIGINT)
            file.writelines(f"{T0 + 1000 * number},{DEVICE},false\n" for number in range(150_000, 260_000))
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130, err
    document = json.loads(out)
    assert document["source"]["complete"] is False
    assert 0 < document["source"]["readings"] < 260_000
