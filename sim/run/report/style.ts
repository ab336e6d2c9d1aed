/** How pages look: one sheet for light and dark, wide and narrow, screen and print. */

/**
 * Colours of series, by the names that charts use. They are Okabe and Ito's set for all kinds of colour vision (Color Universal Design, 2008),
 * made lighter on dark ground and darker on light ground until each stands out from it by at least 3 : 1.
 */
const SERIES = {
  blue: { light: "#0072b2", dark: "#56b4e9" },
  orange: { light: "#b45f00", dark: "#f0a541" },
  green: { light: "#00795a", dark: "#2fc79a" },
  purple: { light: "#a84f86", dark: "#e398c4" },
  red: { light: "#c2410c", dark: "#ff8a5c" },
  grey: { light: "#6b7280", dark: "#9aa3b2" },
  sky: { light: "#3a8fc0", dark: "#a5d8f5" },
  ink: { light: "#1c2430", dark: "#e6eaf0" },
} as const;

/** Name of a series' colour. */
export type SeriesColor = keyof typeof SERIES;

/** The colour as a chart writes it: the page's theme decides. */
export function colorOf(name: SeriesColor): string {
  return `var(--${name})`;
}

const GROUND = {
  light:
    "--page:#f6f7f9;--card:#ffffff;--text:#1c2430;--quiet:#566070;--line:#d9dee6;--grid:#e8ebf0;--soft:#eef1f5;--good:#00694d;--good-soft:#e2f4ec;--bad:#b3261e;--bad-soft:#fdeae7;--warn:#8a5300;--warn-soft:#fdf1dc;--link:#0b5cad;",
  dark: "--page:#12161c;--card:#1a2029;--text:#e6eaf0;--quiet:#a2acbb;--line:#323b48;--grid:#29313c;--soft:#222a35;--good:#5fd3a5;--good-soft:#15352a;--bad:#ff8f85;--bad-soft:#401d1b;--warn:#f2b65a;--warn-soft:#3b2c12;--link:#7db8ff;",
};

function theme(which: "light" | "dark"): string {
  const series = Object.entries(SERIES).map(([name, color]) => `--${name}:${color[which]};`);
  return GROUND[which] + series.join("");
}

/** The sheet of every page. */
export const STYLE = `
:root{color-scheme:light;${theme("light")}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${theme("dark")}}}
:root[data-theme=dark]{color-scheme:dark;${theme("dark")}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header.top,footer{max-width:1120px;margin:0 auto;padding:0 20px}
header.top{padding-top:24px}
h1{font-size:1.35rem;line-height:1.3;margin:0 0 4px}
h2{font-size:1.15rem;margin:0 0 4px}
h3{font-size:1rem;margin:0 0 2px}
p{margin:0 0 8px}
a{color:var(--link)}
.quiet{color:var(--quiet)}
.small{font-size:.85rem}
.skip{position:absolute;left:-9999px}
.skip:focus{left:12px;top:12px;background:var(--card);padding:8px 12px;z-index:9}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
.bar{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;margin:12px 0}
nav.bar{font-size:.9rem}
nav.bar a{text-decoration:none;padding:2px 0}
nav.bar a:hover{text-decoration:underline}
button{font:inherit;font-size:.85rem;color:var(--text);background:var(--card);border:1px solid var(--line);border-radius:6px;padding:4px 10px;cursor:pointer}
button:hover{background:var(--soft)}
.scripted{display:none}
.js .scripted{display:inline-block}
.verdict{border-radius:10px;padding:16px 20px;margin:12px 0 16px;border:1px solid var(--line);border-left:8px solid var(--quiet);background:var(--card)}
.verdict p{margin:6px 0 0}
.verdict .sentence{font-size:1.3rem;line-height:1.35;font-weight:650;margin:0}
.verdict.good{border-left-color:var(--good);background:var(--good-soft)}
.verdict.bad{border-left-color:var(--bad);background:var(--bad-soft)}
.verdict.warn{border-left-color:var(--warn);background:var(--warn-soft)}
.good-text{color:var(--good)}.bad-text{color:var(--bad)}.warn-text{color:var(--warn)}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(210px,1fr));gap:12px;margin:0 0 16px;padding:0;list-style:none}
.figures li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px}
.figures .value{display:block;font-size:1.7rem;font-weight:650;line-height:1.2;font-variant-numeric:tabular-nums}
.figures .name{display:block;font-size:.85rem;color:var(--quiet)}
.figures .meaning{display:block;font-size:.85rem;line-height:1.4;margin-top:4px}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 20px;margin:0 0 16px}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:20px 28px}
.grid>.whole{grid-column:1/-1}
figure{margin:12px 0 4px;min-width:0}
figcaption{font-size:.88rem;color:var(--quiet);margin:2px 0 0}
figure h3+svg{margin-top:4px}
.chart svg{display:block;width:100%;height:auto;overflow:visible}
.chart svg text{font-family:inherit}
.chart .narrow{display:none}
.chart .live{display:none}
.chart.alive .live{display:block}
.chart.alive .wide,.chart.alive .narrow{display:none!important}
.grid .chart .wide{display:none}.grid .chart .narrow{display:block}
.grid>.whole .chart .wide,.grid>.whole.chart .wide{display:block}.grid>.whole .chart .narrow,.grid>.whole.chart .narrow{display:none}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;font-size:.85rem;margin:4px 0;padding:0;list-style:none}
figure .legend svg{display:inline-block;width:26px;height:12px;vertical-align:-1px;margin-right:5px}
.table{overflow-x:auto;margin:8px 0}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-size:.88rem;color:var(--quiet);padding:0 0 6px}
th,td{text-align:left;padding:6px 10px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;font-size:.82rem;color:var(--quiet)}
tbody th{color:var(--text);font-size:inherit;font-weight:500}
td.n,th.n{text-align:right}td.n,tbody th.n{white-space:nowrap}thead th{vertical-align:bottom}
li>.again{border:0;padding:0;margin:2px 0 10px}
tr:last-child td,tr:last-child th{border-bottom:0}
.meter{display:block;position:relative;min-width:90px;height:12px;border-radius:3px;background:var(--soft);overflow:hidden;border:1px solid var(--line)}
.meter i{position:absolute;inset:0 auto 0 0;background:var(--blue)}
.meter.bad i{background:repeating-linear-gradient(45deg,var(--bad) 0 5px,transparent 5px 8px),var(--bad-soft)}
.steps{display:flex;height:14px;min-width:140px;border-radius:3px;overflow:hidden;background:var(--soft)}
.steps i{display:block;min-width:1px}
code{overflow-wrap:anywhere;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
pre{margin:0;overflow-x:auto;font-size:.86rem;white-space:pre-wrap;word-break:break-word}
.again{display:flex;gap:6px 10px;align-items:baseline;flex-wrap:wrap;font-size:.82rem;color:var(--quiet);margin:10px 0 0;padding-top:8px;border-top:1px dashed var(--line)}
.again code{word-break:break-word;color:var(--text)}
details{margin:6px 0}
summary{cursor:pointer;font-weight:500}
ul.plain{margin:4px 0;padding-left:20px}
ul.plain li{margin:4px 0}
footer{padding-bottom:40px;color:var(--quiet);font-size:.85rem}
@media (max-width:760px){
main,header.top,footer{padding-left:12px;padding-right:12px}
section{padding:14px 12px}
.grid{grid-template-columns:minmax(0,1fr)}
.chart .wide,.grid>.whole .chart .wide,.grid>.whole.chart .wide{display:none}.chart .narrow,.grid>.whole .chart .narrow,.grid>.whole.chart .narrow{display:block}
.figures{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
.figures li{padding:10px}
.figures .value{font-size:1.3rem}
.verdict .sentence{font-size:1.1rem}
}
@media print{
:root:root:root{color-scheme:light;${theme("light")}}
body{background:#fff;font-size:11pt}
nav.bar,button,.skip,.js .scripted{display:none!important}
section,.verdict,.figures li{break-inside:avoid;box-shadow:none}
.grid{grid-template-columns:repeat(2,minmax(0,1fr))}
.chart .live,.chart.alive .live{display:none}
.chart .wide,.chart.alive .wide{display:block!important}
.chart .narrow,.chart.alive .narrow{display:none!important}
details::details-content{display:block}
a{color:inherit;text-decoration:none}
}
`;
