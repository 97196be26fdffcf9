"""The grammar of rule expressions, for lark (LALR). A string, because the core reads no files.

Words such as `count`, `rate` and `time` are only special where they are followed by what makes them so; a point may
carry the same name. A quantity (`300 mA`, `5 K/min`) is one token: there is no space around the slash of its unit.
"""

from typing import Final

KEYWORDS: Final = ("and", "or", "not", "in", "true", "false", "of", "where", "within", "by")
"""Words that no point or parameter may be called."""

UNIT_PATTERN: Final = r"(?:[A-Za-zµμΩ°℃%]+(?:\^?[23]|[²³])?(?:[/·*][A-Za-zµμΩ%]+(?:\^?[23]|[²³])?)*)"
"""The shape of a unit; whether there is such a unit is `units.py`'s business."""

_FREE: Final = rf"(?!(?:{'|'.join(KEYWORDS)})\b)"
_UNIT: Final = rf"{_FREE}{UNIT_PATTERN}".replace("/", r"\/")

GRAMMAR: Final = rf"""
?start: _condition
_condition: either
?either: both | both ("or" both)+ -> either
?both: negated | negated ("and" negated)+ -> both
?negated: NOT negated -> negated | chain
chain: sum tail*
?tail: COMPARE sum -> compared
    | IN choices -> among
    | NOT IN choices -> not_among
choices: "(" choice ("," choice)* ")"
?choice: sum
?sum: term | sum PLUS term -> arithmetic | sum MINUS term -> arithmetic
?term: factor | term TIMES factor -> arithmetic | term OVER factor -> arithmetic
?factor: atom | MINUS factor -> negative
?atom: QUANTITY -> quantity
    | NAME -> name
    | QUOTED -> quoted
    | TRUE -> truth
    | FALSE -> truth
    | "(" either ")" -> parenthesised
    | AGGREGATE "(" either "," length ")" [SAME_HOUR] -> aggregate
    | SINCE "(" either ")" -> since
    | NIGHT_MIN "(" either "," CLOCK_RANGE ["," length] ")" -> night_min
    | MISSING "(" length ")" -> missing_device
    | MISSING "(" point "," length ")" -> missing_point
    | TAG "(" NAME ")" -> tag
    | TIME IN CLOCK_RANGE -> time_in
    | GROUP "of" NAME "where" either [within] "by" NAME -> group
length: QUANTITY -> quantity | NAME -> name
point: NAME -> name
within: "within" length

NOT: "not"
IN: "in"
TRUE: "true"
FALSE: "false"
COMPARE: ">=" | "<=" | "==" | "!=" | ">" | "<"
PLUS: "+"
MINUS: "-"
TIMES: "*"
OVER: "/"
AGGREGATE.3: /(?:avg|min|max|sum|count|median|p\d+|stddev|delta|rate|slope|changes|flat|duration|first|last)(?=\s*\()/
SAME_HOUR.3: /at\s+same\s+hour\b/
SINCE.3: /since(?=\s*\()/
NIGHT_MIN.3: /night_min(?=\s*\()/
MISSING.3: /missing(?=\s*\()/
TAG.3: /tag(?=\s*\()/
TIME.3: /time(?=\s+in\s+\d)/
GROUP.3: /(?:count|share|any|all)(?=\s+of\b)/
CLOCK_RANGE.3: /\d{{1,2}}:\d{{2}}\s*-\s*\d{{1,2}}:\d{{2}}/
QUANTITY.2: /(?:\d+(?:\.\d*)?|\.\d+)(?:[ \t]*{_UNIT})?/
QUOTED: /"[^"\\\n]*"/
NAME: /{_FREE}[a-z][a-z0-9_]*/
%ignore /[ \t\r\n]+/
"""
