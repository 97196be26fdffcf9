from pathlib import Path

import pytest

from processor.loading.example import AlreadyThere, example_files, write_example
from processor.loading.load import load
from processor.loading.settings import load_settings
from processor.loading.sources import read_sources


def test_the_written_example_works_as_it_is(tmp_path: Path) -> None:
    write_example(tmp_path / "new")
    settings, problems = load_settings(tmp_path / "new/config/wardwatch.yaml", {})
    assert problems == []
    assert settings is not None
    config = tmp_path / "new/config"
    texts, unread = read_sources(config, settings.rules_folder(config))
    loaded = load(texts)
    assert unread == []
    assert [problem.render() for problem in loaded.problems] == []
    assert loaded.district is not None
    assert len(loaded.district.devices) >= 20
    assert loaded.district.rules


def test_the_example_is_never_written_over_something(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/people.yaml").write_text("mine", "utf-8")
    with pytest.raises(AlreadyThere) as refused:
        write_example(tmp_path)
    assert refused.value.names == ("config/people.yaml",)
    assert [path.name for path in (tmp_path / "config").iterdir()] == ["people.yaml"]


def test_the_wheel_carries_the_example() -> None:
    """What pyproject.toml puts into the wheel is what the example is made of."""
    pyproject = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    for folder in {name.split("/")[0] for name in example_files()}:
        assert f'"{folder}" = "processor/loading/shipped/{folder}"' in pyproject
