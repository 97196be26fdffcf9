from pathlib import Path

import pytest

from processor.loading import yaml_strict
from processor.loading.sources import read_sources
from tests.loading.sound import SOUND


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in SOUND.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def test_the_files_of_a_configuration_are_read_and_nothing_else(folder: Path) -> None:
    for name in ("config/wardwatch.yaml", "config/notes.txt", "rules/base.test.yaml", "config/profiles/.x.swp"):
        (folder / name).write_text("", "utf-8")
    assert read_sources(folder / "config") == (SOUND, [])


def test_rules_inside_the_configuration_folder_are_found_too(folder: Path) -> None:
    (folder / "rules").rename(folder / "config" / "rules")
    texts, problems = read_sources(folder / "config")
    assert "config/rules/base.yaml" in texts
    assert problems == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"people: \xff\n",
            "config/people.yaml: the file is not UTF-8: byte 0xFF at position 9 cannot be read; save it as UTF-8",
        ),
        (
            b"#" * (yaml_strict.MAX_BYTES + 100),
            "config/people.yaml: the file has 2097252 bytes, the limit is 2 MiB; split it into several files",
        ),
    ],
)
def test_a_file_that_is_no_text_or_too_large_is_named(folder: Path, data: bytes, message: str) -> None:
    (folder / "config/people.yaml").write_bytes(data)
    texts, problems = read_sources(folder / "config")
    assert "config/people.yaml" not in texts
    assert [problem.render() for problem in problems] == [message]


def test_a_byte_order_mark_is_no_part_of_the_text(folder: Path) -> None:
    (folder / "config/people.yaml").write_bytes(b"\xef\xbb\xbfpeople: {}\n")
    assert read_sources(folder / "config")[0]["config/people.yaml"] == "people: {}\n"


def test_the_same_files_elsewhere_have_the_same_names(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("elsewhere")
    (folder / "config").rename(other / "config")
    (folder / "rules").rename(other / "rules")
    assert read_sources(other / "config")[0] == SOUND
