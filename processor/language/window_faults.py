"""What can be wrong with a window of time, each said once, in both languages, with its cure."""

from processor.language.fault import ExpressionFault, fault


def bad_percentile(column: int, word: str) -> ExpressionFault:
    return fault(
        "bad_percentile",
        column,
        zh=f"没有“{word}”：分位数从 p1 到 p99；最小值用 min，最大值用 max",
        en=f'there is no "{word}": percentiles are p1 to p99; the smallest is min, the largest is max',
        suggestion="min" if word.strip("p0") == "" else "max",
    )


def no_same_hour(column: int, word: str) -> ExpressionFault:
    return fault(
        "no_same_hour",
        column,
        zh=f"“{word}”不能与 at same hour 连用；可用的是 avg、min、max、median、p1 到 p99",
        en=f'"{word}" cannot be taken "at same hour"; avg, min, max, median and p1 to p99 can',
    )


def not_whole_days(column: int, said: str, least: int, most: int) -> ExpressionFault:
    return fault(
        "not_whole_days",
        column,
        zh=f"“{said}”：这里按本地整天计算，要写 {least} d 到 {most} d 的整天数",
        en=f'"{said}": this counts whole local days; write a whole number of days from {least} d to {most} d',
    )


def empty_night(column: int, clock: str) -> ExpressionFault:
    return fault(
        "empty_night",
        column,
        zh=f"“{clock}”的起止相同，不是一段夜间时段，例如 02:00-04:00",
        en=f'"{clock}" begins when it ends; a night is a part of the day, such as 02:00-04:00',
        suggestion="02:00-04:00",
    )


def bad_nights(column: int, said: str, most: int) -> ExpressionFault:
    return fault(
        "bad_nights",
        column,
        zh=f"“{said}”不是夜数，要写 1 到 {most} 的整数，例如“3 nights”",
        en=f'"{said}" is not a number of nights; write a whole number from 1 to {most}, such as "3 nights"',
        suggestion="3 nights",
    )


def no_patterns(column: int, word: str) -> ExpressionFault:
    return fault(
        "no_patterns",
        column,
        zh=f"规则语言没有“{word}”和正则表达式；文字只能与完整的取值比较：==、!=、in (…)",
        en=f'there is no "{word}", and there are no regular expressions: a text is compared with whole values, '
        "by ==, != or in (...)",
    )
