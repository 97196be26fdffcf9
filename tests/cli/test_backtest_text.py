"""How a comparison is told: in the reader's language, with what moved and by how much."""

from zoneinfo import ZoneInfo

import pytest

from processor.cli.backtest_text import moved, print_comparison
from processor.model.rule import Level
from processor.model.time import MINUTE, SECOND
from processor.replay.backtest_result import Comparison
from processor.replay.difference import Change, Episode, EpisodePair


def episode(began: int, ended: int | None) -> Episode:
    end = None if ended is None else ended * MINUTE
    return Episode("R/d/0", "R", "d", "c", began * MINUTE, end, Level.L2, (Level.L2,))


def pair(before: tuple[int, int | None], after: tuple[int, int | None]) -> EpisodePair:
    return EpisodePair(Change.MOVED, episode(*before), episode(*after))


@pytest.mark.parametrize(
    ("before", "after", "english", "chinese"),
    [
        ((0, 10), (3, 10), "began +3 min", "开始 +3 min"),
        ((0, 10), (0, 8), "ended -2 min", "结束 -2 min"),
        ((2, 10), (0, 130), "began -2 min, ended +2 h", "开始 -2 min, 结束 +2 h"),
        ((0, 10), (0, None), "had ended, stands now", "原已结束，现未结束"),
        ((0, None), (1, 9), "began +1 min, stood, has ended now", "开始 +1 min, 原未结束，现已结束"),
    ],
)
def test_what_moved_says_which_end_and_by_how_much(
    before: tuple[int, int | None], after: tuple[int, int | None], english: str, chinese: str
) -> None:
    assert moved(pair(before, after), "en") == english
    assert moved(pair(before, after), "zh") == chinese


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("对比：实际记录", "移动")), ("en", ("Against what was recorded", "moved"))]
)
def test_a_comparison_with_the_record_is_told_in_one_language(
    language: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    found = Comparison("recorded", SECOND, (), (pair((0, 10), (3, 10)),))
    print_comparison(found, language, ZoneInfo("Asia/Shanghai"))
    said = capsys.readouterr().out
    assert all(word in said for word in words)
    assert ("recorded" in said) is (language == "en")
