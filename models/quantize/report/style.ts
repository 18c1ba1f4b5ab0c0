/** The report's style sheet: the page's paper, ink and one green, in both schemes; nothing is fetched. */

const LIGHT = '--paper:#f5f2ec;--sheet:#fffdf9;--ink:#24221f;--soft:#655f56;--line:#d9d2c5;--accent:#1b6659';
const DARK = '--paper:#161513;--sheet:#1f1d1a;--ink:#ece7de;--soft:#aaa294;--line:#35322c;--accent:#7fcab6';

export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media(prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:1.5rem 1rem 4rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1{margin:0;font:600 1.75rem/1.2 ui-serif,Georgia,serif;overflow-wrap:anywhere}
h2{margin:0 0 .25rem;font:600 1.25rem/1.3 ui-serif,Georgia,serif}
p{margin:.25rem 0 1rem;color:var(--soft)}
section{margin-top:1.25rem;padding:1.25rem 1rem;border:1px solid var(--line);border-radius:.75rem;background:var(--sheet)}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1rem 0 0}
dl div{padding:.75rem;border:1px solid var(--line);border-radius:.75rem;background:var(--sheet)}
dt{color:var(--soft);font-size:.875rem}
dd{margin:0;font:600 1.25rem/1.3 ui-serif,Georgia,serif}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.9375rem}
th,td{padding:.375rem .5rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{color:var(--soft);font-weight:500;vertical-align:bottom}
td.text:first-child{min-width:3.5rem;overflow-wrap:anywhere}
td small{display:block;color:var(--soft)}
.number{text-align:right;font-variant-numeric:tabular-nums}
td.number{white-space:nowrap}
td.plot{width:40%;vertical-align:middle}
summary{padding:.75rem .5rem;color:var(--accent);cursor:pointer}
figure{margin:0 0 1rem}
time{white-space:nowrap}
figcaption{color:var(--soft);font-size:.875rem}
.chart{display:block;width:100%;max-width:34rem;margin:0 0 1rem}
.chart text{fill:var(--soft);font-size:11px}
.chart .grid path{stroke:var(--line)}
.chart polyline{fill:none;stroke:var(--accent);stroke-width:1.5}
.chart circle,.bar rect,.heat rect{fill:var(--accent)}
.chart circle{fill-opacity:.7}
.beside{display:grid;grid-template-columns:minmax(0,34rem) minmax(0,1fr);gap:0 2rem;align-items:start}
.bar{display:block;width:100%;height:.625rem}
.bar .rest{fill:var(--line)}
.heat{display:block;width:100%;height:2.5rem;margin-bottom:.25rem}
.worst{margin-top:1.25rem}
.worst div{display:grid;grid-template-columns:repeat(3,1fr);gap:.5rem;margin:.5rem 0}
.worst img{display:block;width:100%;border-radius:.25rem;image-rendering:pixelated}
.worst figcaption{overflow-wrap:anywhere}
@media(max-width:50rem){
.beside{display:block}
}
@media(max-width:40rem){
th.plot,td.plot{display:none}
table{font-size:.8125rem}
th,td{padding:.375rem .25rem}
body{padding:1.25rem .5rem 3rem}
section{padding:1rem .75rem}
}
`;
