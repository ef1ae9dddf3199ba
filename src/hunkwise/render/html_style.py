"""The HTML page's one style sheet, and the policy that allows it and nothing else.

Colours are pairs for light and dark. Each pair of text on ground reaches the 4.5:1 of WCAG 2.2 AA
(tests/unit/test_html_style.py computes them); state is never told by colour alone.
"""

from base64 import b64encode
from hashlib import sha256

LIGHT = {
    "ground": "#ffffff",
    "panel": "#f6f8fa",
    "rule": "#d0d7de",
    "text": "#1f2328",
    "muted": "#57606a",
    "link": "#0757b8",
    "add": "#e6ffec",
    "add-edge": "#cdf7d6",
    "add-mark": "#b4f0c1",
    "del": "#ffebe9",
    "del-edge": "#ffd9d5",
    "del-mark": "#ffc9c3",
    "hunk": "#eaf3fd",
    "mark": "#fff3cf",
    "ctl": "#8a3800",
    "plus": "#116329",
    "minus": "#b3202a",
    "high": "#b3202a",
    "medium": "#8a5a00",
    "low": "#0757b8",
    "good": "#116329",
    "grey": "#57606a",
    "on": "#ffffff",
    "alarm": "#fff5f4",
}
"""Colours by name for a light scheme, and for print."""

DARK = {
    "ground": "#0d1117",
    "panel": "#161b22",
    "rule": "#343b44",
    "text": "#e6edf3",
    "muted": "#9aa4af",
    "link": "#6cb0ff",
    "add": "#10261a",
    "add-edge": "#17391f",
    "add-mark": "#1d4a29",
    "del": "#2a1619",
    "del-edge": "#45201f",
    "del-mark": "#592725",
    "hunk": "#131f30",
    "mark": "#332a0c",
    "ctl": "#ffb77c",
    "plus": "#57c26f",
    "minus": "#ff8a80",
    "high": "#ff9189",
    "medium": "#e3b341",
    "low": "#7cb9ff",
    "good": "#57c26f",
    "grey": "#9aa4af",
    "on": "#0d1117",
    "alarm": "#22161a",
}
"""Colours by name for a dark scheme."""

GROUNDS_BY_TEXT = {
    "text": (
        "ground",
        "panel",
        "add",
        "add-edge",
        "add-mark",
        "del",
        "del-edge",
        "del-mark",
        "hunk",
        "mark",
        "alarm",
    ),
    "muted": ("ground", "panel", "hunk", "add-edge", "del-edge", "alarm"),
    "link": ("ground", "panel", "alarm"),
    "ctl": ("ground", "panel", "add", "del", "mark", "add-mark", "del-mark"),
    "plus": ("ground", "panel", "add"),
    "minus": ("ground", "panel", "del"),
    "on": ("high", "medium", "low", "good", "grey"),
    "high": ("ground", "panel", "alarm"),
    "medium": ("ground", "panel"),
    "low": ("ground", "panel"),
    "good": ("ground", "panel"),
    "grey": ("ground", "panel", "hunk"),
}
"""Which text colour stands on which grounds."""

_RULES = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:3.5rem}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.55 var(--prose);overflow-wrap:anywhere}
:root{--prose:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
code,pre,.code table{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",
  monospace}
code{font-size:.9em;unicode-bidi:isolate}
a{color:var(--link);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--link);outline-offset:2px;
  border-radius:4px}
.code:focus-visible,.scroll:focus-visible{outline-offset:-2px}
h1,h2,h3,h4,h5,p,ul,dl,dd{margin:0}
h1{font-size:1.6rem;line-height:1.2}
h2{font-size:1.15rem;line-height:1.3;margin-bottom:.6rem}
h3{font-size:1rem;line-height:1.4;margin:1rem 0 .5rem}
h5{font-size:.8rem;color:var(--muted);margin-top:.75rem}
ul{padding-left:1.2rem}
main,.top p,footer p{max-width:80rem;margin:0 auto;padding:0 1rem}
.top p{display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between}
.top{border-bottom:1px solid var(--rule);background:var(--panel);padding:.6rem 0}
footer{margin-top:3rem;border-top:1px solid var(--rule);padding:1rem 0 2rem;color:var(--muted);font-size:.85rem}
main>section,.accounts{margin-top:2rem}
.skip{position:absolute;left:-100vw}
.skip:focus{left:1rem;top:.5rem;z-index:9;background:var(--ground);padding:.4rem .8rem;border-radius:6px}
.verdict{display:flex;gap:1rem;align-items:flex-start;padding:1.1rem 1.25rem;border:1px solid var(--rule);
  border-left:6px solid var(--tone);border-radius:8px;background:var(--panel)}
.verdict h1{color:var(--tone)}
.verdict ul{margin-top:.4rem;padding-left:1.1rem}
.verdict .mark{flex:none;width:2.2rem;height:2.2rem;border-radius:50%;display:grid;place-items:center;
  background:var(--tone);color:var(--on);font-weight:700;font-size:1.15rem;line-height:1}
.approve{--tone:var(--good)}.block{--tone:var(--high)}.incomplete{--tone:var(--medium)}
.tiles{display:flex;flex-wrap:wrap;gap:1px;margin-top:1rem;background:var(--rule);
  border:1px solid var(--rule);border-radius:8px;overflow:clip}
.tile{flex:1 1 7.5rem;background:var(--ground);padding:.6rem .9rem}
.tile dt{font-size:.8rem;color:var(--muted)}
.tile dd{font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums}
.panel{padding:1rem 1.25rem;border:1px solid var(--rule);border-radius:8px;background:var(--panel)}
.alarm{background:var(--alarm);border-color:var(--high)}
.alarm h2{color:var(--high)}
.panel li+li{margin-top:.25rem}
.panel details{margin-top:.4rem}
.badge,.chip{display:inline-block;font-size:.75rem;line-height:1.5;font-weight:600;padding:0 .5em;border-radius:1em;
  white-space:nowrap;max-width:100%;overflow:clip;text-overflow:ellipsis;vertical-align:.1em}
.badge{background:var(--tone);color:var(--on)}
.chip{border:1px solid var(--tone,var(--rule));color:var(--tone,var(--muted));background:var(--ground)}
.high{--tone:var(--high)}.medium{--tone:var(--medium)}.low{--tone:var(--low)}
.reviewed{--tone:var(--good)}.cached{--tone:var(--low)}.skipped{--tone:var(--grey)}.failed{
  --tone:var(--high)}.found{--tone:var(--medium)}
.why,.facts{color:var(--muted);font-size:.85rem}
.list{border-collapse:collapse;width:100%}
.list th{text-align:left;font-size:.8rem;color:var(--muted);font-weight:600}
.list th,.list td{padding:.5rem .75rem .5rem 0;border-bottom:1px solid var(--rule);vertical-align:top}
.list a{font-weight:600}
.list tbody th{color:var(--text)}
.list td:first-child{width:5rem}
.figures{font-size:.93rem}
.figures td,.figures thead th+th{text-align:right;font-variant-numeric:tabular-nums;width:auto}
.scroll{overflow-x:auto;overflow-wrap:normal}
.scroll code,.figures th,.figures td{white-space:nowrap}
.figures+p,.scroll+p{margin-top:.6rem}
.scroll td:first-child{width:auto}
.fold>summary,.panel summary{cursor:pointer;font-weight:600;padding:.2rem 0}
.claims{list-style:none;padding:0}
.claims li{padding:.6rem 0;border-bottom:1px solid var(--rule)}
.accounts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(30rem,100%),1fr));gap:2rem 3rem}
.accounts>section{min-width:0}
.bar{display:block;width:100%;height:.5rem;border-radius:.25rem;background:var(--rule)}
.bar rect{fill:var(--tone)}
.counted{list-style:none;display:flex;flex-wrap:wrap;gap:.4rem 1.2rem;padding:0;margin:.6rem 0}
.facts-list div{display:grid;grid-template-columns:9rem 1fr;gap:.75rem;padding:.2rem 0;
  border-bottom:1px solid var(--rule)}
.facts-list dt{color:var(--muted)}
nav ul{list-style:none;padding:0;margin:.25rem 0 1rem;columns:2 28rem;column-gap:3rem}
nav li{display:flex;gap:.6rem;align-items:baseline;padding:.15rem 0;break-inside:avoid}
.counts{margin-left:auto;white-space:nowrap;font-size:.85rem;font-variant-numeric:tabular-nums;font-weight:600}
.plus{color:var(--plus)}.minus{color:var(--minus)}
.note{padding:.6rem 1rem;color:var(--muted)}
#changes>.note{padding-inline:0}
.note.failed{color:var(--high)}
.file{margin-top:1rem;border:1px solid var(--rule);border-radius:8px;overflow:clip}
.file-head{display:flex;flex-wrap:wrap;gap:.25rem .6rem;align-items:center;padding:.55rem 1rem;
  background:var(--panel);border-bottom:1px solid var(--rule)}
.file:not([open],.torn)>.file-head{border-bottom:0}
summary.file-head{cursor:pointer;position:sticky;top:0;z-index:2;list-style:none}
summary.file-head::-webkit-details-marker{display:none}
summary.file-head::before{content:"";width:.5rem;height:.5rem;border:solid var(--muted);border-width:0 2px 2px 0;
  transform:rotate(-45deg);flex:none}
.file[open]>summary.file-head::before{transform:rotate(45deg)}
.file-head h3{margin:0;font-size:.9rem;min-width:0}
.file-head h3 code{font-size:1em}
.code{overflow-x:auto;container-type:inline-size}
.code table{border-collapse:collapse;min-width:100%;font-size:12.5px;line-height:1.6;tab-size:4;overflow-wrap:normal}
.code thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.code td{padding:0 .5rem;vertical-align:top;white-space:pre;unicode-bidi:isolate}
.code td:nth-child(-n+2){width:1%;min-width:2.5rem;text-align:right;color:var(--muted);user-select:none}
.code td:nth-child(3){width:1%;padding:0;text-align:center;user-select:none}
.a{background:var(--add)}.d{background:var(--del)}
.a>td:nth-child(-n+2){background:var(--add-edge)}.d>td:nth-child(-n+2){background:var(--del-edge)}
.code .a>td:nth-child(-n+2),.code .d>td:nth-child(-n+2){color:var(--text)}
.c.m{background:var(--mark)}.a.m{background:var(--add-mark)}.d.m{background:var(--del-mark)}
.code .m>td:first-child{box-shadow:inset 3px 0 var(--medium)}
.x{color:var(--muted);font-style:italic}
.h th{padding:0;text-align:left;font-weight:400;background:var(--hunk);color:var(--muted)}
.h code{white-space:pre-wrap}
.h .chip,.h .why{font-family:var(--prose)}
.stay{position:sticky;left:0;width:100cqi;padding:.35rem 1rem}
.code tr.talk>td{padding:0;white-space:normal;background:var(--panel);border-block:1px solid var(--rule);
  font:15px/1.55 var(--prose);overflow-wrap:anywhere;text-align:left;width:auto;color:var(--text);user-select:auto}
.talk .stay{padding:.75rem 1rem}
.finding{max-width:56rem;padding:.85rem 1rem;background:var(--ground);border:1px solid var(--rule);
  border-left:4px solid var(--tone);border-radius:8px;overflow:clip}
.finding:target{outline:2px solid var(--link);outline-offset:1px}
.finding header{display:flex;gap:.6rem;align-items:baseline}
.finding h4{font-size:1rem;line-height:1.35}
.finding p{margin-top:.5rem;white-space:pre-wrap}
.finding p.facts{margin-top:.15rem}
.finding h5+p{margin-top:.1rem}
.finding p code,.claims p code,h4 code,.list a code{background:var(--panel);border:1px solid var(--rule);
  border-radius:4px;padding:0 .25em}
.finding p.facts code{background:none;border:0;padding:0}
.finding p.back{font-size:.85rem}
.finding pre{margin:.3rem 0 0;overflow-x:auto;border:1px solid var(--rule);border-radius:6px;font-size:12.5px;
  line-height:1.6;tab-size:4;overflow-wrap:normal}
.finding pre code{display:block;width:max-content;min-width:100%;font-size:1em}
ins,del{display:block;text-decoration:none;padding:0 .75rem}
ins{background:var(--add)}del{background:var(--del)}
ins>span:first-child,del>span:first-child{display:inline-block;width:1.2em;user-select:none}
.ctl,.cut{font-style:normal;font-size:.85em;color:var(--ctl);border:1px solid currentColor;border-radius:3px;
  padding:0 .2em;unicode-bidi:isolate}
@media (max-width:40rem){
main,.top p,footer p{padding:0 .75rem}
.tile{flex-basis:6rem;padding:.5rem .6rem}.tile dt{font-size:.75rem}.tile dd{font-size:1.05rem}
summary.file-head{position:static}
html{scroll-padding-top:1rem}
.file-head,.stay{padding-left:.75rem;padding-right:.75rem}
.code table{font-size:12px}
.code td:nth-child(-n+2){min-width:0;padding:0 .3rem 0 .45rem}
.talk .stay{padding:.5rem}
.finding{padding:.75rem}
.facts-list div{grid-template-columns:6.5rem 1fr}
}
@media print{
summary.file-head,.stay{position:static}
.stay{width:auto}
.code,.scroll,.finding pre{overflow:visible}
.code td,.finding pre{white-space:pre-wrap;overflow-wrap:anywhere}
.finding pre code{width:auto}
details::details-content{content-visibility:visible;display:block;block-size:auto}
.finding,.tile,.verdict,.h{break-inside:avoid}
.back,.skip{display:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
"""


def _variables(colours: dict[str, str]) -> str:
    return ":root{" + "".join(f"--{name}:{value};" for name, value in colours.items()) + "}"


CSS = (
    "\n:root{color-scheme:light dark}\n"
    f"{_variables(LIGHT)}\n@media screen and (prefers-color-scheme:dark){{{_variables(DARK)}}}{_RULES}"
)
"""The whole style sheet."""

POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(CSS.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
"""The page's content security policy: the style above by its hash, and nothing else."""
