"""Files are replaced all or none, with a copy of what they replace."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from processor.loading.writing import WrongPlace, replace_files

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in BEFORE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "rules" / "a.yaml").chmod(0o600)
    return tmp_path


BEFORE = {"config/places.yaml": "p\n", "rules/a.yaml": "甲\n", "rules/b.yaml": "b\n"}
AFTER = {"config/places.yaml": "p\n", "rules/a.yaml": "乙\n", "config/profiles/c.yaml": "c\n"}


def files(folder: Path) -> dict[str, str]:
    found = [path for path in folder.rglob("*") if path.is_file() and "replaced" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}


def test_the_folders_hold_the_new_files_and_the_backup_what_they_replaced(folder: Path) -> None:
    done = replace_files(folder / "config", folder / "rules", BEFORE, AFTER, at=AT)
    assert files(folder) == AFTER
    assert (done.written, done.removed) == (("config/profiles/c.yaml", "rules/a.yaml"), ("rules/b.yaml",))
    assert done.backup == folder / "replaced" / "20261123T080000Z"
    assert {path.name: path.read_text("utf-8") for path in done.backup.rglob("*.yaml")} == {
        "a.yaml": "甲\n",
        "b.yaml": "b\n",
    }
    assert (folder / "rules" / "a.yaml").stat().st_mode & 0o777 == 0o600


def test_nothing_to_change_is_nothing_done(folder: Path) -> None:
    assert replace_files(folder / "config", folder / "rules", BEFORE, BEFORE, at=AT).backup is None
    assert not (folder / "replaced").exists()


def test_two_in_one_second_keep_two_copies(folder: Path) -> None:
    first = replace_files(folder / "config", folder / "rules", BEFORE, AFTER, at=AT)
    second = replace_files(folder / "config", folder / "rules", AFTER, BEFORE, at=AT)
    assert first.backup != second.backup
    assert files(folder) == BEFORE


@pytest.mark.parametrize(
    "name",
    [
        "../x/rules/a.yaml",
        "rules/../../rules/a.yaml",
        "rules/.sub/a.yaml",
        "config/sub/places.yaml",
        "config/x.txt",
        "/etc/rules/a.yaml",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_before_anything_is_written(folder: Path, name: str) -> None:
    with pytest.raises(WrongPlace):
        replace_files(folder / "config", folder / "rules", BEFORE, {**AFTER, name: "x"}, at=AT)
    assert files(folder) == BEFORE


def test_a_family_s_folder_is_made_and_its_files_are_put_in_it(folder: Path) -> None:
    name = "rules/water/a.yaml"
    assert replace_files(folder / "config", folder / "rules", BEFORE, {**BEFORE, name: "x"}, at=AT).written == (name,)
    assert (folder / name).read_text("utf-8") == "x"


def test_where_one_cannot_be_put_in_place_all_are_as_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if target.name == "a.yaml":
            raise OSError("read-only")
        return put(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="read-only"):
        replace_files(folder / "config", folder / "rules", BEFORE, AFTER, at=AT)
    assert files(folder) == BEFORE
