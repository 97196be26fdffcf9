"""How the page of a backtest looks, and its two switches: language, and light or dark."""

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2330; --soft: #5b6573; --line: #dfe3e8; --box: #f5f7f9;
  --L1: #d3302f; --L2: #e8760a; --L3: #d5ab00; --L4: #2f78c4; --curve: #33608f; }
@media (prefers-color-scheme: dark) { :root:not([data-look=light]) { --paper: #14181f; --ink: #e6e9ee; --soft: #9aa5b4;
  --line: #2c3440; --box: #1c222b; --L1: #ff6b66; --L2: #ff9d3d; --L3: #f2cf3a; --L4: #6db0f5; --curve: #8fbcec; } }
:root[data-look=dark] { color-scheme: dark; --paper: #14181f; --ink: #e6e9ee; --soft: #9aa5b4;
  --line: #2c3440; --box: #1c222b; --L1: #ff6b66; --L2: #ff9d3d; --L3: #f2cf3a; --L4: #6db0f5; --curve: #8fbcec; }
:root[data-look=light] { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1080px; padding: 24px 20px 64px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
html[data-lang=zh] .en, html[data-lang=en] .zh { display: none; }
header { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: baseline; }
header h1 { flex: 1; margin: 0; font-size: 24px; }
h2 { margin: 36px 0 8px; font-size: 18px; }
h3 { margin: 24px 0 4px; font-size: 15px; }
p { margin: 4px 0; }
.soft { color: var(--soft); }
button { font: inherit; color: inherit; background: var(--box); border: 1px solid var(--line); border-radius: 6px;
  padding: 2px 10px; cursor: pointer; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 10px; margin: 18px 0; }
.tile { background: var(--box); border-radius: 8px; padding: 10px 14px; }
.tile b { display: block; font-size: 24px; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { padding: 4px 10px 4px 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
th:first-child, td:first-child, .text { text-align: left; }
td.wide { white-space: normal; min-width: 180px; }
.mark { display: inline-block; padding: 0 6px; margin-right: 4px; border-radius: 4px; color: var(--paper);
  font-size: 12px; }
summary { cursor: pointer; padding: 6px 0; }
svg { display: block; width: 100%; min-width: 640px; height: auto; margin: 6px 0; font-size: 11px; }
svg .grid { stroke: var(--line); }
svg text { fill: var(--soft); }
svg .tick { text-anchor: middle; }
svg .name, svg .scale { text-anchor: end; }
svg .name, svg .label { fill: var(--ink); }
svg .line { fill: none; stroke: var(--curve); stroke-width: 1.5; }
svg .limit { stroke-width: 1.2; stroke-dasharray: 7 4; }
svg .limit.back { stroke: var(--soft); stroke-dasharray: 2 4; }
svg .limit.L1 { stroke: var(--L1); } svg .limit.L2 { stroke: var(--L2); }
svg .limit.L3 { stroke: var(--L3); } svg .limit.L4 { stroke: var(--L4); }
svg text.bound { fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
svg text.bound.back { fill: var(--soft); }
.key { display: inline-block; width: 28px; height: 0; margin: 0 6px 4px 0; border-top: 2px dashed var(--L2);
  vertical-align: middle; }
.key.back { border-top: 2px dotted var(--soft); } .key.curve { border-top: 2px solid var(--curve); }
.key.span { height: 12px; border: 0; background: var(--L2); opacity: .3; margin-bottom: 2px; }
.legend span.item { margin-right: 22px; white-space: nowrap; }
svg .shade { opacity: .18; }
svg .held { opacity: .4; }
.L1 { fill: var(--L1); } .L2 { fill: var(--L2); } .L3 { fill: var(--L3); } .L4 { fill: var(--L4); }
.mark.L1 { background: var(--L1); } .mark.L2 { background: var(--L2); }
.mark.L3 { background: var(--L3); } .mark.L4 { background: var(--L4); }
@media print {
  :root, :root:not([data-look=light]), :root[data-look=dark] { color-scheme: light; --paper: #fff; --ink: #1c2330;
    --soft: #5b6573; --line: #dfe3e8; --box: #f5f7f9; --curve: #33608f; --L1: #d3302f; --L2: #e8760a; --L3: #d5ab00;
    --L4: #2f78c4; }
  body { max-width: none; font-size: 11px; } button { display: none; }
  .mark, .tile, .key { print-color-adjust: exact; }
  .scroll { overflow: visible; } th, td { white-space: normal; font-size: 9px; padding-right: 5px; }
  td:first-child, .mark { white-space: nowrap; }
  svg { min-width: 0; } h2, h3, h3 + p { break-after: avoid; } svg, tr, .tile { break-inside: avoid; } }
"""

SCRIPT: Final = """
const root = document.documentElement;
document.getElementById("speak").onclick = () => { root.dataset.lang = root.dataset.lang === "zh" ? "en" : "zh";
  root.lang = root.dataset.lang; };
document.getElementById("look").onclick = () => {
  const dark = root.dataset.look ? root.dataset.look === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.look = dark ? "light" : "dark"; };
"""
