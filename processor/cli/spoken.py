"""What people read where programs read a code: every state, cause and reason, in both languages, in one table.

Long because it is that one table. JSON, metrics and messages keep the codes.
"""

import re
from collections.abc import Mapping
from enum import IntFlag, StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from processor.engine.inspection import TimerKind
from processor.model.alert import AlertCause, AlertState, Withheld
from processor.model.disposition import DispositionState, Interlock
from processor.model.order import OrderResult, OrderState
from processor.model.reading import Flag, RejectionReason
from processor.model.text import Text
from processor.ports.dead_letters import DeadLetterState
from processor.ports.rule_sets import SetCause
from processor.replay.difference import Change
from processor.replay.explain_holds import HoldChange
from processor.replay.explain_reasons import Reason
from processor.replay.explain_words import in_chinese

Code: TypeAlias = type[StrEnum] | type[IntFlag]

SPOKEN: Final[Mapping[Code, Mapping[str, Text]]] = MappingProxyType(
    {
        AlertState: {
            AlertState.OK: Text("正常", "ok"),
            AlertState.PENDING: Text("计时中", "pending"),
            AlertState.FIRING: Text("触发", "firing"),
            AlertState.RECOVERING: Text("恢复中", "recovering"),
            AlertState.UNKNOWN: Text("未知", "unknown"),
        },
        AlertCause: {
            AlertCause.TRUE: Text("条件成立", "condition became true"),
            AlertCause.REACHED: Text("持续时间已到", "held long enough"),
            AlertCause.FALSE: Text("条件不成立", "condition is false"),
            AlertCause.UNKNOWN: Text("无法判断", "cannot be told"),
            AlertCause.CLEARING: Text("满足恢复条件", "way back began"),
            AlertCause.CLEARED: Text("已恢复", "cleared"),
            AlertCause.RELAPSED: Text("恢复中断", "fell back"),
            AlertCause.LEVEL: Text("级别变化", "level changed"),
            AlertCause.RELEASED: Text("不再压制，现在通知", "withheld no longer, told now"),
            AlertCause.RULE_CHANGED: Text("规则已修改", "rule was changed"),
            AlertCause.SUBJECT_GONE: Text("设备已移出配置", "device was taken out"),
        },
        Withheld: {
            Withheld.SHADOW: Text("影子规则，只记录", "in shadow, only recorded"),
            Withheld.PARENT: Text("由上级告警代表", "its parent speaks for it"),
            Withheld.MUTED: Text("已静默", "muted"),
            Withheld.COOLDOWN: Text("冷却期内", "in cooldown"),
            Withheld.LIMIT: Text("由汇总告警代表", "a roll-up speaks for it"),
        },
        DispositionState: {
            DispositionState.PRECHECK: Text("核对中", "checking"),
            DispositionState.SENT: Text("已下发", "sent"),
            DispositionState.ACKNOWLEDGED: Text("设备已应答", "device answered"),
            DispositionState.VERIFIED: Text("已核实生效", "proved"),
            DispositionState.REFUSED: Text("未下发", "not sent"),
            DispositionState.FAILED: Text("未见效，须有人到场", "no proof, somebody must go"),
        },
        Interlock: {
            Interlock.EVIDENCE_RETAINED: Text("依据是服务器保留的旧消息", "its evidence is an old retained message"),
            Interlock.EVIDENCE_REDELIVERED: Text("依据是重发的消息", "its evidence was delivered again"),
            Interlock.EVIDENCE_LATE: Text("依据是迟到的消息", "its evidence came late"),
            Interlock.EVIDENCE_OUT_OF_ORDER: Text("依据的消息次序颠倒", "its evidence came out of order"),
            Interlock.EVIDENCE_FUTURE: Text("依据的时间在将来", "its evidence is of the future"),
            Interlock.EVIDENCE_CLOCK: Text("设备时钟不准", "the device's clock is wrong"),
            Interlock.EVIDENCE_STALE: Text("依据已过期", "its evidence is too old"),
            Interlock.EVIDENCE_UNKNOWN: Text("依据无法判断", "its evidence cannot be told"),
            Interlock.NOT_SAFER: Text("该指令不能保证更安全", "the command does not make things safer"),
            Interlock.CRITICAL: Text("下游是关键负载", "a critical load hangs on it"),
            Interlock.NO_TARGET: Text("没有可执行的设备", "there is no device to command"),
            Interlock.TARGET_SILENT: Text("执行设备失联", "the device to command is silent"),
            Interlock.PRECHECK_FALSE: Text("执行前条件不满足", "its precondition is not met"),
            Interlock.PRECHECK_UNKNOWN: Text("执行前条件无法判断", "its precondition cannot be told"),
            Interlock.ALREADY_IN_EFFECT: Text("设备已处于目标状态", "it is so already"),
            Interlock.DEVICE_BUDGET: Text("该设备指令次数已达上限", "too many commands to this device"),
            Interlock.RULE_BUDGET: Text("该规则指令次数已达上限", "too many commands of this rule"),
            Interlock.KILL_SWITCH: Text("自动处置总开关已关", "automatic commands are stopped"),
            Interlock.CHATTER: Text("告警反复抖动", "the alert chatters"),
            Interlock.FLOOD: Text("大量设备同时告警", "many devices alarm at once"),
            Interlock.WITHHELD: Text("告警本身未通知", "the alert itself is withheld"),
            Interlock.PROBATION: Text("试运行期，只显示", "on probation, only shown"),
            Interlock.SHADOW: Text("影子规则，只记录", "in shadow, only recorded"),
        },
        OrderState: {
            OrderState.OPEN: Text("待接单", "open"),
            OrderState.ACCEPTED: Text("已接单", "accepted"),
            OrderState.DONE: Text("已处置", "done"),
            OrderState.CLOSED: Text("已办结", "closed"),
        },
        OrderResult: {
            OrderResult.TRUE_ALARM: Text("真警", "true alarm"),
            OrderResult.FALSE_ALARM: Text("误报", "false alarm"),
            OrderResult.FAULT: Text("故障", "fault"),
            OrderResult.TEST: Text("测试", "test"),
        },
        Flag: {
            "retained": Text("保留消息", "retained"),
            "redelivered": Text("重发", "redelivered"),
            "no_device_time": Text("无设备时间", "no device time"),
            "clock_off": Text("时钟偏差", "clock off"),
            "clock_refused": Text("时钟不可信", "clock refused"),
            "history": Text("历史数据", "history"),
            "retried": Text("死信重试", "retried"),
            "late": Text("迟到", "late"),
            "backlog": Text("积压补发", "backlog"),
        },
        RejectionReason: {
            RejectionReason.UNKNOWN_TOPIC: Text("主题未配置", "unknown topic"),
            RejectionReason.UNKNOWN_DEVICE: Text("设备未配置", "unknown device"),
            RejectionReason.DEVICE_MISMATCH: Text("主题与内容的设备不一致", "topic and payload name two devices"),
            RejectionReason.UNDECODABLE: Text("无法解析", "cannot be decoded"),
            RejectionReason.WRONG_TYPE: Text("类型不符", "wrong type"),
            RejectionReason.OUT_OF_RANGE: Text("数值超出范围", "out of range"),
            RejectionReason.MISSING_FIELD: Text("缺少字段", "field is missing"),
            RejectionReason.BAD_TIME: Text("时间有误", "bad time"),
            RejectionReason.TOO_LARGE: Text("内容过大", "too large"),
            RejectionReason.TOO_DEEP: Text("嵌套过深", "nested too deep"),
            RejectionReason.TOO_MANY_PARTS: Text("条目过多", "too many parts"),
            RejectionReason.SINK_REFUSED: Text("时序库拒收", "time series refused it"),
            RejectionReason.INTERNAL: Text("程序内部错误", "error of our own"),
        },
        DeadLetterState: {
            DeadLetterState.WAITING: Text("待处理", "waiting"),
            DeadLetterState.RETRIED: Text("重试成功", "retried"),
            DeadLetterState.DISCARDED: Text("已丢弃", "discarded"),
        },
        SetCause: {
            SetCause.START: Text("启动", "start"),
            SetCause.RELOAD: Text("重新读取", "reload"),
            SetCause.ROLLBACK: Text("回退", "rollback"),
            SetCause.PROMOTE: Text("影子转正", "promote"),
            SetCause.APPROVE: Text("提前放行", "approve"),
        },
        Reason: {
            Reason.NO_SUCH_RULE: Text("没有这条规则", "no such rule"),
            Reason.NO_SUCH_DEVICE: Text("没有这台设备", "no such device"),
            Reason.DISABLED: Text("规则停用", "rule is off"),
            Reason.NOT_SELECTED: Text("不在适用范围", "not selected"),
            Reason.WATCHES_ALERTS: Text("只看其他告警", "watches other alerts"),
            Reason.NO_GROUP: Text("不在任何群组", "in no group"),
            Reason.SCHEDULE: Text("不在生效时段", "schedule"),
            Reason.UNKNOWN: Text("无法判断", "cannot be told"),
            Reason.FALSE: Text("条件不成立", "condition false"),
            Reason.SAMPLES: Text("次数未到", "too few readings"),
            Reason.HOLD: Text("持续时间未到", "hold still runs"),
            Reason.SHADOW: Text("影子规则", "shadow"),
            Reason.PARENT: Text("上级告警", "parent alert"),
            Reason.MUTED: Text("静默", "muted"),
            Reason.COOLDOWN: Text("冷却期", "cooldown"),
            Reason.LIMIT: Text("同类过多", "too many alike"),
            Reason.LATCHED: Text("自锁", "latched"),
            Reason.RECOVERING: Text("恢复中", "recovering"),
            Reason.FIRES: Text("触发", "fires"),
        },
        HoldChange: {
            HoldChange.BEGAN: Text("开始", "began"),
            HoldChange.REACHED: Text("达到", "reached"),
            HoldChange.FALSE: Text("中断：条件不成立", "broken off: the condition was false"),
            HoldChange.UNKNOWN: Text("中断：无法判断", "broken off: it could not be told"),
            HoldChange.PAUSED: Text(
                "重新开始：两次读数间隔过长", "began again: the pause between two readings was too long"
            ),
            HoldChange.DOWN: Text("顺延：本系统停机", "stood still: we were down"),
        },
        TimerKind: {
            TimerKind.HOLD: Text("持续时间到", "hold is over"),
            TimerKind.FALL: Text("降级", "level falls"),
            TimerKind.CLEAR: Text("恢复", "recovered"),
            TimerKind.SCHEDULE: Text("生效时段变化", "schedule opens or closes"),
            TimerKind.TIME_OF_DAY: Text("时刻条件变化", "time of day changes"),
            TimerKind.STALE: Text("变为未知", "becomes unknown"),
            TimerKind.SILENCE: Text("判定失联", "silence counts"),
            TimerKind.EXPIRY: Text("成员不再计数", "a member stops counting"),
            TimerKind.COMMAND: Text("指令须得到验证", "command must be proved"),
            TimerKind.ORDER: Text("工单须接单", "order must be accepted"),
            TimerKind.MUTE: Text("静默结束", "mute ends"),
            TimerKind.COOLDOWN: Text("冷却期结束", "cooldown ends"),
            TimerKind.CHATTER: Text("不再算频繁触发", "no longer counts as chatter"),
            TimerKind.PROBATION: Text("试运行期结束", "probation ends"),
        },
        Change: {
            Change.SAME: Text("相同", "same"),
            Change.ADDED: Text("新增", "added"),
            Change.REMOVED: Text("消失", "removed"),
            Change.MOVED: Text("移动", "moved"),
            Change.LEVEL: Text("级别", "level"),
        },
    }
)


def spoken(kind: Code, code: str, language: str) -> str:
    """The words of a code; the code itself where a newer daemon has one that this table has not."""
    words = SPOKEN[kind].get(code)
    return code if words is None else words.pick(language)


_COMMAND: Final = re.compile(r"(\S+ → \S+): ([a-z_]+)")
"""What became of a command, as an order that was opened for it has it."""


def evidence_words(evidence: str, language: str) -> str:
    """Evidence, whose few words of ours are English in the journal, for a reader of this language."""
    if evidence in SPOKEN[AlertCause]:  # a step that no reading caused has its cause for evidence
        return spoken(AlertCause, evidence, language)
    command = _COMMAND.fullmatch(evidence)
    if command:
        kind = Interlock if command[2] in SPOKEN[Interlock] else DispositionState
        return f"{command[1]}: {spoken(kind, command[2], language)}"
    return in_chinese(evidence) if language == "zh" else evidence
