"""The history of rules, the way back, and letting rules act: with the daemon running and stopped."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from processor.adapters.sqlite.store import SqliteStore
from processor.cli.exit_codes import ExitCode
from tests.adapters.sqlite.old_stores import of_version_3
from tests.cli.calling import District, daemon_of
from tests.mosquitto import Mosquitto
from tests.runtime.town import sources

pytestmark = [pytest.mark.mosquitto, pytest.mark.xdist_group("cli-rules")]

WHO = ("--by", "li", "--reason", "the new limit was wrong")
RULE = "rules/town.yaml"


def of_town(folder: Path) -> District:
    """A small district of our own, whatever the pack ships."""
    district = District(folder)
    shutil.rmtree(folder / "rules")
    for path in sorted((folder / "config").rglob("*.*")):
        if path.name != "wardwatch.yaml":
            path.unlink()
    (folder / "rules").mkdir()
    for name, text in sources().items():
        district.write(name, text)
    return district


@pytest.fixture(scope="module")
def lived(broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> District:
    """Two sets have been in force: as shipped, then with another text; the daemon has ended."""
    district = of_town(tmp_path_factory.mktemp("lived") / "district")
    district.environment["WARDWATCH_BROKER__PORT"] = str(broker.port)
    district.environment["WARDWATCH_AUTOMATION__PROBATION"] = "14 d"
    with daemon_of(district):
        try_it(district)
        assert district.call("reload", "--by", "wang", "--reason", "a try").exit_code == 0
    return district


def shipped() -> str:
    """The file as the first set had it."""
    return sources()[RULE]


def try_it(district: District) -> str:
    """Another text of the file, which has been in force."""
    text = "# tried\n" + shipped().replace("M-02:", "M-02x:", 1)
    district.write(RULE, text)
    return text


def items(district: District) -> list[dict[str, Any]]:
    return list(district.said("rules", "history")["items"])


def test_the_history_says_who_why_and_what(lived: District) -> None:
    newest, first = items(lived)[-2:]
    # Whoever looks first, the person or the daemon that watches the files.
    assert (newest["author"], newest["reason"]) in {("wang", "a try"), ("files", "")}
    assert newest["changes"]["added"] == ["M-02x"]
    assert newest["changes"]["files"] == [RULE]
    assert (first["author"], first["before"]) == ("start", "")
    text = lived.call("rules", "history", "--lang", "en").stdout
    assert "+M-02x -M-02" in text


def test_a_set_its_rules_and_its_files_are_shown(lived: District) -> None:
    newest, first = items(lived)[-2:]
    shown = lived.call("rules", "show", newest["rules_hash"][:12], "--lang", "en")
    assert "+# tried" in shown.stdout
    assert lived.call("rules", "show", newest["rules_hash"][:12], RULE).stdout.startswith("# tried\n")
    assert lived.call("rules", "show", first["rules_hash"][:12], "M-02").stdout.startswith("M-02:\n  name")
    gone = lived.call("rules", "show", newest["rules_hash"][:12], "M-02", "--lang", "en")
    assert (gone.exit_code, gone.stderr) == (1, "That set has no rule or file M-02.\n")
    assert lived.call("rules", "show", "ffffffffffff").exit_code == 1


def test_two_sets_are_compared_and_one_with_the_disk(lived: District) -> None:
    newest, first = items(lived)[-2:]
    try_it(lived)
    told = lived.said("rules", "diff", first["rules_hash"][:12], newest["rules_hash"][:12])
    assert (told["added"], told["removed"]) == (["M-02x"], ["M-02"])
    assert lived.call("rules", "diff", newest["rules_hash"][:12]).stdout == ""


def test_without_a_store_there_is_no_history(district: District) -> None:
    assert district.call("rules", "history").exit_code == ExitCode.STORE


def test_sets_that_an_older_version_kept_are_shown_compared_and_brought_back(tmp_path: Path) -> None:
    district = of_town(tmp_path / "district")
    store = Path(district.environment["WARDWATCH_STORE__PATH"])
    older = {**sources(), RULE: "# older\n" + shipped()}
    of_version_3(store, {"a" * 64: older, "b" * 64: sources()})
    SqliteStore(store).close()  # as this version's daemon does when it starts
    assert [each["rules_hash"][0] for each in items(district)] == ["b", "a"]
    assert district.call("rules", "show", "a" * 12, RULE).stdout.startswith("# older\n")
    assert "-# older" in district.call("rules", "diff", "a" * 12, "b" * 12).stdout
    assert district.call("rules", "rollback", "a" * 12, *WHO, "--force").exit_code == 0
    assert (district.folder / RULE).read_text("utf-8") == older[RULE]


def test_a_rollback_is_refused_over_unknown_edits_and_taken_under_a_name(lived: District) -> None:
    first = items(lived)[-1]["rules_hash"][:12]
    tried = try_it(lived)
    lived.write(RULE, tried + "# an edit that never came into force\n")
    refused = lived.call("rules", "rollback", first, *WHO, "--lang", "en")
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    with daemon_of(lived):  # it takes the edit: now it is known
        told = lived.said("rules", "rollback", first, *WHO)
        assert told["running"] is True
        assert told["changed"] is True
        newest = items(lived)[0]
        assert (newest["author"], newest["cause"], newest["reason"]) == ("li", "rollback", WHO[-1])
        assert newest["content_hash"] == items(lived)[-1]["content_hash"]
        again = lived.call("rules", "rollback", first, *WHO, "--lang", "en")
        assert (again.exit_code, again.stderr) == (1, "The files on the disk are that set already.\n")
    backups = [(each / RULE).read_text("utf-8") for each in (lived.folder / "replaced").iterdir()]
    assert any(text.endswith("never came into force\n") for text in backups)
    assert (lived.folder / RULE).read_text("utf-8") == shipped()


def test_a_rollback_without_a_daemon_comes_into_force_at_its_start_under_the_same_name(lived: District) -> None:
    tried = items(lived)[-2]["rules_hash"][:12]
    lived.write(RULE, shipped())
    with daemon_of(lived):  # whatever was tried before: now the shipped set is in force
        pass
    told = lived.said("rules", "rollback", tried, *WHO)
    assert told["running"] is False
    with daemon_of(lived):
        newest = items(lived)[0]
        assert (newest["author"], newest["cause"], newest["reason"]) == ("li", "rollback", WHO[-1])


def test_what_is_on_probation_is_said_and_a_person_lets_it_act(lived: District) -> None:
    before = {each["rule"]: each for each in lived.said("shadow", "status")["items"]}
    waiting = [name for name, each in before.items() if each["state"] == "probation"]
    assert waiting
    assert before[waiting[0]]["until"] - before[waiting[0]]["since"] == 14 * 86_400_000
    assert waiting[0] in lived.call("shadow", "status", "--lang", "en").stdout
    assert lived.call("shadow", "approve", *WHO).exit_code == 1
    assert lived.call("shadow", "approve", "NO-99", *WHO).exit_code == 1
    with daemon_of(lived):
        assert "may act" in lived.call("shadow", "approve", waiting[0], *WHO, "--lang", "en").stdout.lower()
        assert lived.call("shadow", "approve", waiting[0], *WHO).exit_code == 1
    assert lived.said("shadow", "approve", "--all", *WHO)["running"] is False
    with daemon_of(lived):
        left = [each["rule"] for each in lived.said("shadow", "status")["items"] if each["state"] == "probation"]
        assert left == []
        assert items(lived)[0]["cause"] == "approve"


def test_a_shadow_rule_is_promoted_and_nothing_else_of_its_file_changes(lived: District) -> None:
    text = try_it(lived)
    head = "M-02x:\n"
    assert head in text
    lived.write(RULE, text.replace(head, f"{head}  # a comment\n  shadow: true\n"))
    with daemon_of(lived):
        assert lived.said("shadow", "promote", "M-02x", *WHO)["changed"] is True
        assert items(lived)[0]["cause"] == "promote"
    assert (lived.folder / RULE).read_text("utf-8") == text.replace(head, f"{head}  # a comment\n")
    assert lived.call("shadow", "promote", "M-02x", *WHO).exit_code == 1
