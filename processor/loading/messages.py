"""Every sentence an operator may read about the files, in English and Chinese, by its stable code.

Long because one table of sentences belongs together.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from processor.model.problem import Problem, Severity
from processor.model.source import SourcePlace
from processor.model.text import Text

NOBODY: Final = Text()
NOTHING: Final[Mapping[str, object]] = MappingProxyType({})

_SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # the file as such
    "too_large": (
        "the file has {size} bytes, the limit is {limit}; split it into several files",
        "文件有 {size} 字节，上限是 {limit}；请拆成几个文件",
    ),
    "not_utf8": (
        "the file is not UTF-8{looks}: byte {byte} at position {position} cannot be read; save it as UTF-8",
        "文件不是 UTF-8 编码{looks}：第 {position} 字节（{byte}）无法识别；请另存为 UTF-8",
    ),
    "unreadable_file": ("the file cannot be read: {reason}", "无法读取文件：{reason}"),
    "no_file": ("there is no such file; write it or correct the path", "没有这个文件；请创建它或改正路径"),
    "unknown_file": (
        "this file has no place in the configuration; see docs/configuration.md for the names that are read",
        "配置中不该有这个文件；会读取哪些文件名见 docs/configuration.md",
    ),
    "no_profiles": (
        "there are no profiles here, so no point and no device can be checked; write them or correct the path",
        "这里没有设备模板，无法检查测点和设备；请写入模板文件，或改正路径",
    ),
    "no_places": (
        "there is no such file, so no place of a device can be checked; write it or correct the path",
        "没有这个文件，无法检查设备的位置；请创建它，或改正路径",
    ),
    "no_people": (
        "there is no such file, so nobody will be reminded; write it",
        "没有这个文件，将无人收到提醒；请创建它",
    ),
    "stray_file": (
        "this file is not read: a configuration has none of this name; rules belong in rules/, profiles in profiles/",
        "不会读取这个文件：配置中没有这个文件名；规则应放在 rules/，模板应放在 profiles/",
    ),
    "file_empty": ("the file is empty; fill it or delete it", "文件是空的；请写入内容或删除文件"),
    "bad_character": (
        "the character {character} is not allowed in text; delete it",
        "文本中不允许字符 {character}；请删掉它",
    ),
    "too_many": ("{limit} problems and more; mend these first", "问题达到 {limit} 个以上；请先改正这些"),
    "too_many_entries": (
        "the file has {count} entries, the limit is {limit}; split it into several files, or write devices as CSV",
        "文件有 {count} 个条目，上限是 {limit}；请拆成几个文件，设备可改用 CSV",
    ),
    "too_many_of": (
        '"{key}" has {count} entries, at most {limit} are read; split it up',
        "“{key}”有 {count} 项，最多读 {limit} 项；请拆开",
    ),
    # YAML
    "too_deep": ("nested deeper than {limit} levels", "嵌套超过 {limit} 层"),
    "second_document": (
        'a second document begins here; a file holds one: remove the "---" or split the file',
        "这里开始了第二个文档；一个文件只能有一个：请删去“---”或拆分文件",
    ),
    "alias": ('the alias "*{name}" is not allowed; write the value out', "不允许使用别名“*{name}”；请把值写出来"),
    "anchor": ('the anchor "&{name}" is not allowed; write the value out', "不允许使用锚点“&{name}”；请把值写出来"),
    "tag": ('the tag "{tag}" is not allowed; write the value without it', "不允许使用标签“{tag}”；请直接写值"),
    "merge_key": (
        'the merge key "<<" is not allowed; write the keys out',
        "不允许使用合并键“<<”；请把各个键写出来",
    ),
    "flow_comma": (
        'inside braces a comma ends the value of "{key}"; put quotes around the whole value',
        "花括号里逗号会结束“{key}”的值；请给整个值加引号",
    ),
    "key_not_text": ("a key must be one word or text, not a list or mapping", "键必须是文本，不能是列表或映射"),
    "duplicate_key": (
        '"{key}" is said twice; the first is at line {line}, column {column}',
        "“{key}”写了两次；第一次在第 {line} 行第 {column} 列",
    ),
    "syntax": ("this is not YAML: {said}", "这不是合法的 YAML：{said}"),
    "syntax_tab": ("a tab cannot indent YAML; use spaces", "YAML 不能用制表符缩进；请用空格"),
    "syntax_colon": (
        'a ":" cannot stand here; put quotes around the whole text, or mend the indentation',
        "这里不能有“:”；请给整段文字加引号，或检查缩进",
    ),
    "syntax_token": (
        "a text cannot begin with this character; put quotes around the text",
        "文本不能以这个字符开头；请给文本加引号",
    ),
    "syntax_brace": (
        'a "," or "}}" is missing before this place; close what was opened with "{{"',
        "此处之前缺“,”或“}}”；请把“{{”配对关上",
    ),
    "syntax_bracket": (
        'a "," or "]" is missing before this place; close what was opened with "["',
        "此处之前缺“,”或“]”；请把“[”配对关上",
    ),
    "syntax_quote": ("a quoted text is not closed before the end of the file", "引号直到文件结尾都没有关上"),
    "syntax_wide": (
        'the full-width "{sign}" is no sign of YAML; write "{plain}", and a space after a colon or comma',
        "“{sign}”是全角符号，YAML 不认；请改成半角“{plain}”，冒号、逗号后加一个空格",
    ),
    "syntax_space": ('a space is missing after this ":"', "这个“:”后面缺一个空格"),
    "syntax_no_colon": ('a ":" is missing after this key', "这个键后面缺“:”"),
    "syntax_indent": (
        "this line does not line up with the lines above it; give it the same indentation as its neighbours",
        "这一行与上面各行没有对齐；请与相邻的行用同样的缩进",
    ),
    "syntax_dash": (
        'a "- " cannot stand here; begin the list on a line of its own',
        "这里不能有“- ”；请另起一行写列表",
    ),
    "syntax_escape": (
        r'unknown escape after "\" in double quotes; write "\\" or use single quotes',
        r"双引号里“\”后的转义不认识；请写“\\”或改用单引号",
    ),
    # fields
    "unknown_key": ('unknown key "{key}"', "不认识的键“{key}”"),
    "key_too_deep": (
        '"{key}" cannot stand here: it belongs further out, on the first level',
        "“{key}”不能写在这里：它应写在更外面的第一层",
    ),
    "key_too_high": (
        '"{key}" cannot stand here: it belongs under "{home}"',
        "“{key}”不能写在这里：它应写在“{home}”之下",
    ),
    "one_language": (
        '"{key}" is missing: the text in "{other}" will be shown in its place',
        "缺少“{key}”：将以“{other}”的文字代替",
    ),
    "missing_key": ('"{key}" is missing', "缺少“{key}”"),
    "no_value": ('"{key}" has no value', "“{key}”没有值"),
    "want_mapping": ('"{key}" needs keys with values, such as {example}', "“{key}”应是带键的映射，如 {example}"),
    "want_list": ('"{key}" needs a list, such as {example}', "“{key}”应是列表，如 {example}"),
    "want_link": (
        '"{key}" needs an address that begins with https:// or http://, without spaces',
        "“{key}”应是以 https:// 或 http:// 开头、不含空格的网址",
    ),
    "want_text": ('"{key}" needs a text', "“{key}”应是文本"),
    "want_boolean": ('"{key}" needs true or false, not "{text}"', "“{key}”只能是 true 或 false，不能是“{text}”"),
    "want_number": ('"{key}" needs a number, not "{text}"', "“{key}”应是数字，不能是“{text}”"),
    "want_integer": (
        '"{key}" needs a whole number from {low} to {high}, not "{text}"',
        "“{key}”应是 {low} 到 {high} 的整数，不能是“{text}”",
    ),
    "not_finite": ('"{key}" cannot be infinite or not-a-number', "“{key}”不能是无穷大或非数"),
    "want_choice": ('"{key}" is one of {choices}, not "{text}"', "“{key}”只能是 {choices} 之一，不能是“{text}”"),
    "want_id": (
        '"{text}" cannot be an id: letters, digits and _ - . : only, at most 128',
        "“{text}”不能作编号：只能用字母、数字和 _ - . :，最长 128",
    ),
    "want_name": (
        '"{text}" cannot be a name in expressions: small letters, digits and _, a letter first, and none of {words}',
        "“{text}”不能作表达式里的名字：只能用小写字母、数字和下划线，以字母开头，且不能是 {words}",
    ),
    "no_unit": ('"{key}" needs a unit, such as {text} s or {text} min', "“{key}”要有单位，如 {text} s 或 {text} min"),
    "want_duration": (
        '"{key}" needs a time with a unit (ms, s, min, h, d), such as 30 s, not "{text}"',
        "“{key}”应是带单位（ms、s、min、h、d）的时间，如 30 s，不能是“{text}”",
    ),
    "duration_bounds": (
        '"{key}" must be from {low} to {high}, not {text}',
        "“{key}”必须在 {low} 到 {high} 之间，不能是 {text}",
    ),
    "want_quantity": (
        '"{key}" needs a number with or without a unit, such as 300 mA, not "{text}"',
        "“{key}”应是数字（可带单位），如 300 mA，不能是“{text}”",
    ),
    "unknown_unit": ('"{unit}" is not a known unit', "不认识的单位“{unit}”"),
    "unit_differs": (
        '"{key}": {unit} cannot be converted to {other}',
        "“{key}”：{unit} 不能换算成 {other}",
    ),
    "unknown_zone": (
        '"{text}" is not a known time zone, such as Asia/Shanghai',
        "不认识的时区“{text}”，例：Asia/Shanghai",
    ),
    # profiles
    "bad_template": ('the topic "{text}": {reason}', "主题“{text}”：{reason_zh}"),
    "bad_path": (
        'the path "{text}" cannot be read; write a.b, a[0], list[name=power].value or "odd name".b',
        '无法识别路径“{text}”；写法如 a.b、a[0]、list[name=power].value 或 "odd name".b',
    ),
    "point_period": (
        "say either every: 60 s or on_change: true",
        "请写 every: 60 s 或 on_change: true 之一",
    ),
    "point_both": ("every and on_change cannot both be said", "every 和 on_change 不能同时写"),
    "scale_zero": ("a scale of 0 would make every value the same", "scale 为 0 会使所有值都一样"),
    "unusable_profile": ("it cannot be used: {said}", "无法使用：{said}"),
    "only_for": ('"{key}" is only for points of type {types}', "“{key}”只用于 {types} 类型的点"),
    "enum_missing": ('an enum needs "enum": its members', "enum 类型的点要写“enum”列出成员"),
    "range_order": ("the first number of the range is above the second", "range 的第一个数大于第二个数"),
    "not_a_member": ('"{text}" is not one of {choices}', "“{text}”不在 {choices} 之中"),
    "unknown_listen": ('no listen entry has the id "{text}"', "没有 id 为“{text}”的 listen 项"),
    "unknown_capture": (
        '"{{{text}}}" is not a part of the topic that is listened to',
        "监听的主题里没有“{{{text}}}”这一段",
    ),
    # places, devices, people, overrides
    "same_id": ('the id "{id}" is already used at {first}', "编号“{id}”已在 {first} 使用"),
    "no_such": ('there is no {kind} "{name}"', "没有{kind_zh}“{name}”"),
    "link_self": ("a device cannot be linked to itself", "设备不能关联到自己"),
    "link_crosses": (
        'the link "{role}" leaves the community: "{name}" is in {other}',
        "关联“{role}”跨出了社区：“{name}”在 {other}",
    ),
    "same_wire": (
        'wire id "{wire}" is already used by "{other}" of the same profile ({first})',
        "线上编号“{wire}”已被同一设备模板的“{other}”使用（{first}）",
    ),
    "csv_no_header": (
        "the first line must name the columns: id,profile,place,...",
        "第一行必须写列名：id,profile,place,...",
    ),
    "csv_separator": (
        'the columns are separated by "{sign}"; separate them by "," in every line (save the table as CSV UTF-8)',
        "各列用“{sign}”分隔；请在每一行都改用半角逗号“,”（可另存为 CSV UTF-8）",
    ),
    "csv_unknown_column": ('unknown column "{key}"', "不认识的列“{key}”"),
    "csv_missing_column": ('the column "{key}" is missing', "缺少列“{key}”"),
    "csv_same_column": ('the column "{key}" is there twice', "列“{key}”出现了两次"),
    "csv_width": ("this line has {got} cells, the first line has {want}", "这一行有 {got} 格，第一行有 {want} 格"),
    "csv_broken": ("this is not CSV: {said}", "这不是合法的 CSV：{said}"),
    "csv_empty_cell": ('the cell of "{key}" is empty', "“{key}”这一格是空的"),
    "override_target": (
        "say exactly one of profile, community, building, device",
        "profile、community、building、device 必须且只能写一个",
    ),
    "override_again": ("this was already overridden at {first}", "在 {first} 已经改过同一个参数"),
    "out_of_bounds": ('"{key}" must be from {low} to {high}', "“{key}”必须在 {low} 到 {high} 之间"),
    # rules
    "wrapped": (
        'rules stand at the top of the file: remove the line "{key}:" and move what is below it to the left',
        "规则直接写在文件最外层：请删去“{key}:”这一行，并把下面各行左移",
    ),
    "no_trigger": ("a rule needs at least one level", "规则至少要有一个级别"),
    "two_answers": ("this level already has an answer", "这个级别已经有一个 answer"),
    "bad_daily": ('"{text}" is not a time of day span, such as "22:00-06:00"', '“{text}”不是时段，例："22:00-06:00"'),
    "always_active": (
        "a schedule says when: daily, days, on or season",
        "时间表要写明何时：daily、days、on 或 season",
    ),
    "want_limit": ('"{key}" is {example} or off, not "{text}"', "“{key}”应是 {example} 或 off，不能是“{text}”"),
    "bad_season": (
        '"{text}" is not a season from one day of the year to another, such as "11-15..03-15"',
        '“{text}”不是一年中的起止日期，例："11-15..03-15"',
    ),
    "bad_date": ('"{text}" is not a date, such as "2026-10-01"', '“{text}”不是日期，例："2026-10-01"'),
    "day_twice": ("{text} cannot be a holiday and a workday", "{text} 不能既是节假日又是工作日"),
    "no_such_time": (
        '"{key}" needs a time with a unit, such as 30 s, or a parameter; the rule has no parameter "{name}"',
        "“{key}”应是带单位的时间（如 30 s）或参数名；规则没有参数“{name}”",
    ),
    "not_a_time": (
        '"{key}" needs a length of time, which the parameter "{name}" is not',
        "“{key}”应是时间长度，参数“{name}”不是",
    ),
    "not_when_watching": (
        '"{key}" says nothing of a rule that watches the alerts of others; remove it',
        "监视其他告警的规则用不到“{key}”；请删掉",
    ),
    "one_level": ("a rule that watches has one level", "监视其他告警的规则只有一个级别"),
    "watched_twice": (
        '"{watch}" is already watched by the rule "{other}"; there is one such rule for all',
        "“{watch}”已由规则“{other}”监视；这样的规则全区只有一条",
    ),
    "watch_parameter": (
        'a rule that watches {watch} needs the parameter "{name}", such as {example}',
        "监视 {watch} 的规则需要参数“{name}”，如 {example}",
    ),
    "watch_value": (
        '"{name}" needs {wanted_en}, such as {example}',
        "“{name}”应是{wanted_zh}，如 {example}",
    ),
    "watch_command": (
        "a rule that watches the alerts of others has no device to command; remove the command",
        "监视其他告警的规则没有可发指令的设备；请删掉 command",
    ),
    "own_parent": ("a rule cannot be suppressed by itself", "规则不能被自己抑制"),
    "parent_circle": (
        "the rules suppress each other in a circle: {circle}",
        "规则互相抑制，成了一个圈：{circle}",
    ),
    "parent_off": (
        'the rule "{name}" is off, so it suppresses nothing',
        "规则“{name}”未启用，抑制不了别的规则",
    ),
    "rule_without_devices": ("no device matches applies_to", "没有设备符合 applies_to"),
    "not_for_groups": ('"{key}" is not for group conditions', "“{key}”不能用于群组条件"),
    "capture_missing": (
        'the command "{name}" needs {{{capture}}}; give the device a tag of that name',
        "指令“{name}”需要 {{{capture}}}；请给设备加一个同名的标签",
    ),
    "uncomposable": (
        'the command "{name}" cannot be sent: what fills its topic or payload has a character that may not stand there',
        "指令“{name}”无法发送：填入主题或内容的文字里有不允许的字符",
    ),
    "by_override": (
        "with this value the condition at {where} makes no sense: {said}",
        "用这个值，{where} 处的条件就不合理了：{said_zh}",
    ),
    "no_note": (
        "a rule that is off or in shadow should say why: add a note",
        "未启用或影子运行的规则应写明原因：请加 note",
    ),
    "bounds_order": ("min is above max", "min 大于 max"),
    "parameter_unused": ('the parameter "{key}" is never used', "参数“{key}”从未用到"),
    "link_missing": (
        'no device of this rule has a link "{name}", so the command could reach nothing',
        "本规则的设备都没有关联“{name}”，指令发不到任何设备",
    ),
    "no_such_command": ('the profile "{profile}" has no command "{name}"', "设备模板“{profile}”没有指令“{name}”"),
    "not_safer": (
        'the command "{name}" of "{profile}" does not make things safer, so the platform may not send it by itself',
        "“{profile}”的指令“{name}”不会让状况更安全，平台不得自动发送",
    ),
    "no_read_back": (
        'the command "{name}" of "{profile}" has no effect to read back, and the rule says no verify',
        "“{profile}”的指令“{name}”没有可回读的 effect，规则也没写 verify",
    ),
    "role_unheld": ('nobody in people.yaml has the role "{name}"', "people.yaml 里没有人担任“{name}”"),
    "expression": ("{said}", "{said_zh}"),
    "expression_profile": ('for devices of "{profile}": {said}', "对“{profile}”类设备：{said_zh}"),
    # settings
    "setting": ('"{key}": {said}', "“{key}”：{said_zh}"),
    "unknown_variable": (
        "the environment variable {name} names no setting",
        "环境变量 {name} 不对应任何设置",
    ),
    "secret_in_file": (
        '"{key}" is a secret and may not stand in this file; use {key}_file or the variable {variable}',
        "“{key}”是密钥，不能写在本文件里；请用 {key}_file 或环境变量 {variable}",
    ),
}

_LONGEST_WORD: Final = 500
CODES: Final = frozenset(_SENTENCES)


def problem(
    code: str,
    place: SourcePlace,
    words: Mapping[str, object] = NOTHING,
    *,
    line_text: str = "",
    owner: Text = NOBODY,
    suggestion: str = "",
    severity: Severity = Severity.ERROR,
) -> Problem:
    """The problem `code` at `place`; `owner` is what it is about ("rule EL-01"), `words` fill the sentence."""
    en, zh = _SENTENCES[code]
    words = _Bounded(words)
    what = Text(zh=_owned(owner.zh, zh.format_map(words), "："), en=_owned(owner.en, en.format_map(words), ": "))
    return Problem(place, code, what, suggestion, severity, line_text)


class _Bounded(dict[str, object]):
    """Words as a sentence can bear them: a file may hold one of a million letters."""

    def __init__(self, words: Mapping[str, object]) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, key: str) -> object:
        word = self._words[key]
        return f"{word[:_LONGEST_WORD]}…" if isinstance(word, str) and len(word) > _LONGEST_WORD else word


def _owned(owner: str, sentence: str, sign: str) -> str:
    return f"{owner}{sign}{sentence}" if owner else sentence
