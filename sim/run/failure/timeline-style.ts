/** How the timeline of a failure looks, beside the sheet that every page has. */

/** The sheet. Colours are those of the page's theme; `--own` is the colour of a host. */
export const TIMELINE_STYLE = `
.frame{overflow:auto;border:1px solid var(--line);border-radius:6px;background:var(--card);margin:8px 0;position:relative}
.frame svg{display:block}
.frame svg text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--text)}
.frame svg text.strong{font-weight:700}
.frame svg text.under,.frame svg text.gap{fill:var(--quiet)}
.frame svg text.under{font-size:10px}
.frame svg text.number{fill:var(--link)}
.frame svg text.bad-word{fill:var(--bad)}
.frame svg text.broken-word{fill:var(--bad);font-weight:700}
.frame svg text.words,.frame svg text.over{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.frame svg text.saying{fill:var(--good)}
.frame .rule{stroke:var(--line)}
.frame .tick{stroke:var(--grid)}
.frame .broken{stroke:var(--bad);stroke-width:2.5}
.frame .ring{fill:var(--card);stroke:var(--bad);stroke-width:3}
.lanes{display:flex}
.lanes .names{position:sticky;left:0;z-index:1;flex:none;background:var(--card);border-right:1px solid var(--line);padding-left:8px;box-sizing:content-box}
.lanes .drawn{flex:none}
.held,.swatch,.serving{fill:var(--own)}
.held{fill-opacity:.22;stroke:var(--own);stroke-width:1.5}
.held.granted{fill-opacity:.12;stroke-dasharray:5 3}
.bad,.ill{fill:url(#hatch);stroke:var(--bad);stroke-width:1;stroke-dasharray:2 2}
.hatch{fill:var(--bad);fill-opacity:.45}
.move{fill:var(--soft);stroke:var(--quiet)}
.move.failed{stroke:var(--bad);stroke-width:2}
.move.open{stroke-dasharray:4 3}
.fault{fill:var(--warn-soft);stroke:var(--warn)}
.diagram{max-height:85vh}
.diagram .head{position:sticky;top:0;z-index:1;background:var(--card);border-bottom:1px solid var(--line)}
.life{stroke:var(--line);stroke-width:1.5}
.serving{fill-opacity:.55}
.ill{fill-opacity:.9}
.band{fill:var(--soft)}
.band.fault{fill:var(--warn-soft);stroke:none}
.pause{stroke:var(--quiet);stroke-dasharray:1 5;stroke-linecap:round}
.arrow{stroke:var(--quiet);stroke-width:1.3;fill:none}
.arrow.asked{stroke:var(--purple)}
.arrow.lost{stroke:var(--bad);stroke-dasharray:5 4}
.arrow.from-afar{stroke-dasharray:2 3}
.tip{fill:context-stroke}
.cross{stroke:var(--bad);stroke-width:2}
.node{fill:var(--card);stroke:var(--text);stroke-width:1.5}
.node.said{fill:var(--text)}
.timer{stroke:var(--text);stroke-width:2}
.commit{fill:var(--purple);stroke:var(--purple);stroke-width:1.5}
.commit.none{fill:var(--card)}
.truth{fill:var(--bad);stroke:var(--card)}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 16px;margin:8px 0;font-size:.92rem}
.facts dt{color:var(--quiet)}
.facts dd{margin:0;overflow-wrap:anywhere}
.key svg{display:inline-block;vertical-align:-3px;margin-right:5px}
tr.violating{background:var(--bad-soft)}
tr:target{background:var(--soft)}
.steps-table th,.steps-table td{white-space:nowrap}
.steps-table td:nth-child(4),.steps-table td:nth-child(5){white-space:normal;min-width:230px}
@media (max-width:760px){.facts{grid-template-columns:minmax(0,1fr);gap:0}.facts dd{margin-bottom:6px}}
@media print{.frame{overflow:visible;max-height:none;border:0}.lanes svg{width:var(--share)!important;height:auto;flex:none}.lanes .names{position:static;padding:0;box-sizing:border-box}.diagram svg{width:100%;height:auto}.diagram .head{position:static}.steps-table th,.steps-table td,.steps-table td:nth-child(4),.steps-table td:nth-child(5){white-space:normal;min-width:0;overflow-wrap:anywhere}section{break-inside:auto}}
`;
