/** The one style of all pages: light, dark, narrow, wide and printed. No page has a style attribute, which the policy forbids. */

const light = `
  --paper: #ffffff; --surface: #f4f7fb; --ink: #16212f; --soft: #45556c; --line: #c5d0de; --link: #0b57a4; --focus: #0b57a4;
  --passed: #0b5a2b; --passed-paper: #dcf2e2; --warning: #664300; --warning-paper: #ffefc2;
  --failed: #8f1711; --failed-paper: #fde1de; --notChecked: #45556c; --notChecked-paper: #e9edf2;
  --information: #0b4a8a; --information-paper: #e0eefb;
  --organization: #0b57a4; --person: #5b3fa8; --group: #0a6a6a; --role: #8a4b00; --application: #0b57a4;
  --credential: #8f1711; --permission: #8a4b00; --rule: #0a6a6a;`;

const dark = `
  --paper: #10151c; --surface: #19212b; --ink: #e7ecf3; --soft: #aab8ca; --line: #3b4859; --link: #86bff8; --focus: #86bff8;
  --passed: #a4e3b8; --passed-paper: #12381f; --warning: #f6d582; --warning-paper: #44340c;
  --failed: #ffb8b1; --failed-paper: #4b1c19; --notChecked: #c2cddb; --notChecked-paper: #2a3440;
  --information: #a9d2fb; --information-paper: #14324f;
  --organization: #86bff8; --person: #c3b1f8; --group: #7fd6d6; --role: #f3bd7a; --application: #86bff8;
  --credential: #ffb8b1; --permission: #f3bd7a; --rule: #7fd6d6;`;

const states = ["passed", "warning", "failed", "notChecked", "information"] as const;
const kinds = ["organization", "person", "group", "role", "application", "credential", "permission", "rule"] as const;

/** A mark before the text, so that colour alone says nothing; screen readers have the text. */
const marks = { passed: "✓", warning: "!", failed: "✗", notChecked: "–", information: "" } as const;

const general = `
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { --measure: 54rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK JP", sans-serif; text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 1120px; padding: 24px clamp(16px, 3vw, 40px) 48px; overflow-wrap: break-word; }
body:has(.heat) { max-width: 1320px; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
h1 { font-size: 1.9rem; margin: 0 0 4px; }
h2 { font-size: 1.35rem; margin: 0 0 8px; }
h3 { font-size: 1.05rem; margin: 24px 0 6px; }
p, ul, ol { margin: 8px 0; max-width: var(--measure); }
main li + li { margin-top: 4px; }
main .figures li + li { margin-top: 0; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
a { color: var(--link); }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible, .frame:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
code { font: 0.9em ui-monospace, Consolas, "DejaVu Sans Mono", monospace; background: var(--surface); padding: 1px 4px; border-radius: 4px; }
section { margin-top: 44px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 16px; top: 8px; background: var(--paper); padding: 8px; z-index: 1; }
.subtitle { text-wrap: pretty; }
.logo { display: block; max-height: 64px; max-width: min(320px, 100%); margin: 0 0 16px; }
.above { margin: 0 0 8px; }
.subtitle, .intro, figcaption, footer { color: var(--soft); }
footer { margin-top: 56px; padding-top: 16px; border-top: 1px solid var(--line); font-size: 0.9rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 12px 0; margin: 16px 0 0; list-style: none; max-width: none; border-block: 1px solid var(--line); }
summary { cursor: pointer; color: var(--link); padding: 4px 0; }
figure { margin: 16px 0; }`;

const parts = `
.badge { display: inline-block; padding: 0 8px; border-radius: 10px; font-size: 0.85rem; line-height: 1.5; }
.notice { max-width: var(--measure); border: 1px solid var(--line); border-left-width: 6px; border-radius: 6px; padding: 10px 16px; margin: 12px 0; }
.notice:has(.table) { max-width: none; }
.notice-title { font-weight: 600; margin: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(136px, 1fr)); gap: 12px; padding: 0; margin: 20px 0; list-style: none; max-width: none; }
.figures li { border-radius: 8px; padding: 12px 16px; }
.figures a { color: inherit; text-decoration: none; display: block; }
.figures a:hover .figure-label { text-decoration: underline; }
.figure-value { display: block; font-size: 1.8rem; font-weight: 600; line-height: 1.2; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 10px 24px; margin: 16px 0; }
.facts dt { color: var(--soft); font-size: 0.85rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.preformatted pre { overflow-wrap: anywhere; background: var(--surface); border: 1px solid var(--line); border-radius: 6px; padding: 14px 16px; margin: 6px 0; white-space: pre-wrap; font: 0.9rem/1.55 ui-monospace, Consolas, "DejaVu Sans Mono", monospace; }
.none { color: var(--soft); }`;

const tables = `
.table { margin: 16px 0; }
.tools { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: end; margin-bottom: 8px; }
.tools label span { display: block; font-size: 0.85rem; color: var(--soft); }
.tools input, .tools select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 5px; padding: 5px 8px; min-height: 36px; max-width: 100%; }
.tools input { width: 260px; }
.tools output { color: var(--soft); font-size: 0.9rem; padding: 6px 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.94rem; }
caption { text-align: start; font-weight: 600; padding: 4px 0; }
th, td { text-align: start; vertical-align: top; overflow-wrap: break-word; padding: 7px 10px; border-bottom: 1px solid var(--line); font-weight: normal; }
thead th { background: var(--surface); font-weight: 600; font-size: 0.88rem; white-space: nowrap; position: sticky; top: 0; }
thead th button { all: unset; cursor: pointer; display: inline-block; min-height: 24px; }
thead th button::after { content: " ↕" / ""; color: var(--soft); }
thead th[aria-sort=ascending] button::after { content: " ↑" / ""; }
thead th[aria-sort=descending] button::after { content: " ↓" / ""; }
thead th button:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
tbody th { font-weight: 600; }
ul.lines { list-style: none; margin: 0; padding: 0; max-width: none; }
ul.lines li + li { margin-top: 3px; }
.folded { font-size: 0.88rem; margin-top: 4px; }
time { white-space: nowrap; }
td.sentence, th.sentence { min-width: 14rem; }
td.long, th.long { min-width: 10rem; }
tbody th ul.lines li:nth-child(n + 2) { font-weight: normal; font-size: 0.94em; color: var(--soft); }
td.long, th.long, td.long code { overflow-wrap: anywhere; }
td.id code { font-size: 0.8rem; }
th.number, td.number { text-align: end; font-variant-numeric: tabular-nums; }
tr:target { outline: 3px solid var(--focus); outline-offset: -3px; }
.heat .frame { overflow: auto; max-height: 85vh; border: 1px solid var(--line); border-radius: 6px; }
.heat table { font-size: 0.88rem; font-variant-numeric: tabular-nums; }
.heat td, .heat th { padding: 4px 7px; white-space: nowrap; }
.heat thead th { font-size: 0.82rem; }
.heat tbody th { position: sticky; left: 0; background: var(--paper); max-width: 22rem; overflow: hidden; text-overflow: ellipsis; }
.heat td { border-left: 1px solid var(--paper); }`;

const drawings = `
.picture .frame { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
.picture svg { display: block; max-width: 100%; min-width: 760px; height: auto; margin: 0 auto; }
.picture text { fill: var(--ink); font-size: 13px; }
.picture text.column, .picture text.detail { fill: var(--soft); font-size: 12px; }
.picture text.column { font-weight: 600; }
.picture .box { fill: var(--surface); stroke: var(--line); }
.picture .node.failed .box { fill: var(--failed-paper); stroke: var(--failed); stroke-width: 2; }
.picture .node.warning .box { fill: var(--warning-paper); stroke: var(--warning); stroke-width: 2; }
.picture a.node:hover .label { text-decoration: underline; }
.picture a.node:focus { outline: none; }
.picture a.node:focus-visible .box { stroke: var(--focus); stroke-width: 3; }
.picture .edge { fill: none; stroke: var(--soft); stroke-width: 1.5; stroke-opacity: 0.55; }
.picture .edge.failed { stroke: var(--failed); stroke-dasharray: 5 4; stroke-opacity: 1; }
.picture .highlighting .node:not(.lit), .picture .highlighting .edge:not(.lit) { opacity: 0.25; }
.picture .highlighting .edge.lit { stroke: var(--focus); stroke-width: 2.5; stroke-opacity: 1; }
.time-line ol { list-style: none; padding: 0; margin: 0; max-width: none; }
.time-line li, .time-line .axis { display: grid; grid-template-columns: minmax(0, 240px) minmax(0, 1fr); gap: 0 16px; }
.time-line li { padding: 6px 0; border-top: 1px solid var(--line); }
.time-line .axis svg { grid-column: 2; }
.time-line svg { display: block; overflow: visible; }
.time-line .axis .unit { grid-column: 1; align-self: end; font-size: 12px; color: var(--soft); }
.time-line .axis text { fill: var(--soft); font-size: 12px; }
.time-line .axis .today { fill: var(--ink); font-weight: 600; }
.time-end { grid-column: 2; grid-row: 2; font-size: 0.88rem; color: var(--soft); }
.bar { grid-column: 2; grid-row: 1; align-self: center; }
.bar .rail { fill: var(--line); }
.bar .span { fill: currentColor; }
.bar .mark { fill: var(--paper); stroke: currentColor; stroke-width: 2; }
.bar .now { stroke: var(--ink); stroke-width: 2; }`;

const narrow = `
@media screen and (max-width: 1180px) {
  .cards table, .cards tbody, .cards tr, .cards tbody th, .cards caption { display: block; }
  .cards thead { display: flex; flex-wrap: wrap; gap: 4px; padding-bottom: 6px; }
  .cards thead tr { display: contents; }
  .cards thead th { position: static; min-width: 0; border: 1px solid var(--line); border-radius: 5px; padding: 3px 8px; }
  .cards tbody tr { border: 1px solid var(--line); border-radius: 8px; margin-bottom: 10px; padding: 6px 12px; }
  .cards tbody th, .cards td { border: 0; padding: 4px 0; text-align: start; min-width: 0; }
  .cards td { display: grid; grid-template-columns: minmax(6rem, 9rem) minmax(0, 1fr); gap: 0 10px; }
  .cards td::before { content: attr(data-title); padding-top: 0.1em; font-size: 0.85rem; color: var(--soft); }
  .cards td:empty { display: none; }
  .cards td.id code { overflow-wrap: anywhere; }
}
@media screen and (max-width: 720px) {
  .cards td { grid-template-columns: minmax(4rem, 6.5rem) minmax(0, 1fr); }
  .cards thead { display: none; }
  .heat tbody th { max-width: 9rem; }
  .tools label, .tools input, .tools select { width: 100%; }
  .time-line li, .time-line .axis { grid-template-columns: minmax(0, 1fr); }
  .time-line .axis svg, .time-end, .bar { grid-column: 1; }
  .time-end, .bar { grid-row: auto; }
  .picture:has(.in-words[open]) .frame, .picture:has(.in-words[open]) figcaption, .in-words[open] summary { display: none; }
  .in-words ul { list-style: none; padding: 0; }
  .in-words li { padding: 4px 0; border-top: 1px solid var(--line); }
}`;

const printed = `
@page { margin: 18mm; }
@page wide { size: landscape; margin: 14mm; }
@media print {
  html { font-size: 10.5px; --measure: none; }
  body, body:has(.heat) { max-width: none; padding: 0; }
  nav, .tools, .skip, .in-words { display: none !important; }
  thead { display: table-header-group; break-after: avoid; }
  tbody tr:first-child { break-before: avoid; }
  thead th button { display: inline; }
  thead th button::after { content: none !important; }
  thead th { position: static; white-space: normal; }
  th, td { padding: 4px 6px; }
  td.sentence, th.sentence { min-width: 36mm; }
  td.long, th.long { min-width: 30mm; }
  .screen-only { display: none; }
  th:first-child, td:first-child { padding-left: 0; }
  td code, .badge { overflow-wrap: anywhere; }
  td.id code { font-size: 0.72rem; }
  .badge, .figures li, .heat td { print-color-adjust: exact; }
  .heat { page: wide; }
  .heat .frame, .picture .frame { overflow: visible; max-height: none; border: 0; }
  .heat thead th, .heat tbody th { position: static; }
  .picture svg { min-width: 0; width: 100%; }
  .figures { grid-template-columns: repeat(auto-fit, minmax(90px, 1fr)); }
  .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  details:not(.folded)::details-content { content-visibility: visible; display: block; }
  section { margin-top: 26px; }
  .intro, figure, tr, li, .notice, .preformatted { break-inside: avoid-page; }
  h1, h2, h3, .intro, caption, summary, figcaption { break-after: avoid; }
  p, li { orphans: 3; widows: 3; }
}`;

/** What differs by state or kind only. */
function coloured(): string {
  const ofStates = states.flatMap((state) => [
    `.badge.${state}, .figures .${state}, .heat td.${state} { background: var(--${state}-paper); color: var(--${state}); }`,
    `.notice.${state} { border-left-color: var(--${state}); }`,
    `.notice.${state} .notice-title, .time-line .${state} .bar { color: var(--${state}); }`,
    ...(marks[state] === ""
      ? []
      : [
          `.badge.${state}::before, .heat td.${state}:not(:empty)::before { content: "${marks[state]} " / ""; display: inline; color: inherit; font-size: inherit; }`,
        ]),
  ]);
  const ofKinds = kinds.map((kind) => `.picture .${kind} .band { fill: var(--${kind}); }`);
  return [...ofStates, ...ofKinds].join("\n");
}

export const css = [
  `:root {${light} color-scheme: light dark; }`,
  `@media (prefers-color-scheme: dark) { :root {${dark} } }`,
  // Ink costs: a page is printed as it looks in the light.
  `@media print { :root {${light} color-scheme: light; } }`,
  general,
  parts,
  tables,
  drawings,
  coloured(),
  narrow,
  printed,
].join("\n");
