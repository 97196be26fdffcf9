"""What `/readyz` says about files that were refused: since when, how many errors, and where the first is."""

from datetime import UTC, datetime

from processor.model.problem import Problem, Severity
from processor.model.text import Text
from processor.model.time import SECOND, EpochMs


def configuration_words(refused: tuple[tuple[Problem, ...], EpochMs] | None) -> Text:
    """The detail of the condition: "ok", or why the rules in force are not those of the files.

    Anybody may ask for it, so it names the place and the kind of an error, never what stands there.
    """
    if refused is None:
        return Text(zh="正常", en="ok")
    problems, since = refused
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    at = datetime.fromtimestamp(since / SECOND, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    first = f"{errors[0].place} ({errors[0].code})" if errors else "-"
    return Text(
        zh=f"自 {at} 起新配置未能生效，原有规则继续运行。错误 {len(errors)} 处，首个在 {first}。"
        "请运行 wardwatch check。",
        en=f"The files have been refused since {at}; the last good rules run on. Errors: {len(errors)}, the first at "
        f"{first}. Run wardwatch check.",
    )
