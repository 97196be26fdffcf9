"""The rule expressions, from text to verdicts; pure.

`parse.parse(text)` -> Node | ExpressionFault · `check.check(node, Vocabulary.of(profile), parameters)` -> every fault ·
`compile.compile_condition(node, vocabulary, parameters, attributes, zone=, windows=)` -> CompiledCondition ·
`group.check_group`, `group.group_tests`, `group.compile_group` for the group form · `schedule.Schedule.of(active)` ·
`format.format_node(node)` the canonical text · `units.conversion(from, to)` scale and offset between two units ·
`walking.names_used`, `walking.points_used`: what an expression speaks of.
"""
