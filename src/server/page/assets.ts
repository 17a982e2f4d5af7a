/** The style sheet and the script of the page. They come from its own address: its policy allows nothing written into it. */

/** Follows the screen, by day and by night, from a telephone to a wall, and paper. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2530; --soft: #53606e; --line: #d9e0e7; --paper: #ffffff; --card: #f6f8fa;
  --was: #1f6feb; --without: #c93c46; --observed: #6b7785; --returns: #8250df; --warn: #7a4b00; --warn-back: #fff4d6; --good: #17663a; --good-back: #e3f5e9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #a5b1bd; --line: #35404d; --paper: #10161d; --card: #182029;
  --was: #6aa5ff; --without: #ff8a90; --observed: #98a5b3; --returns: #b48cf2; --warn: #ffd98a; --warn-back: #3a2c0a; --good: #8fe0ad; --good-back: #10301d; } }
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; color: var(--ink); background: var(--paper);
  margin: 0 auto; max-width: 1400px; padding: 1.25rem 1.25rem 3rem; overflow-wrap: anywhere; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; border-bottom: 2px solid var(--ink); padding-bottom: .6rem; margin-bottom: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; } h2 { font-size: 1.15rem; margin: 1.75rem 0 .5rem; } h3 { font-size: 1rem; margin: 1rem 0 .4rem; }
header p, footer p, .note { color: var(--soft); margin: 0; font-size: .9rem; } .note { margin-top: .4rem; } footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: .75rem; }
header form { margin: 0 0 0 auto; align-items: center; } a { color: inherit; } nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; margin: 0 0 1rem; }
nav [aria-current] { font-weight: 650; text-decoration: none; }
.banner { border-radius: 8px; padding: .7rem 1rem; margin: 0 0 .6rem; border: 1px solid currentColor; }
.banner p { margin: 0; } .good { color: var(--good); background: var(--good-back); } .warn { color: var(--warn); background: var(--warn-back); }
.banner strong { font-size: 1.1em; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 0; }
.numbers div { border: 1px solid var(--line); background: var(--card); border-radius: 8px; padding: .6rem .8rem; display: flex; flex-direction: column-reverse; justify-content: flex-end; min-width: 0; break-inside: avoid; }
.numbers dt { color: var(--soft); font-size: .88rem; line-height: 1.3; } .numbers dd { margin: 0; font-size: 1.75rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1rem; margin-top: 1rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; padding: .75rem; min-width: 0; break-inside: avoid; }
figcaption { font-weight: 600; font-size: .92rem; margin-bottom: .5rem; }
.plot { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .2rem .5rem; font-size: .8rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.plot .scale { display: flex; flex-direction: column; justify-content: space-between; text-align: right; line-height: 1; }
.plot .hours { grid-column: 2; display: flex; justify-content: space-between; } .plot svg { display: block; width: 100%; height: 12rem; overflow: visible; }
.grid { stroke: var(--line); fill: none; } .line { fill: none; stroke-width: 2; } .line.was { stroke: var(--was); } .line.without { stroke: var(--without); stroke-dasharray: 5 4; }
.bar.logoffs { fill: var(--was); } .bar.observed { fill: var(--observed); } .bar.returns { fill: var(--returns); }
.key { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; padding: 0; margin: .5rem 0 0; font-size: .85rem; }
.key li::before { content: ""; display: inline-block; width: 1.1em; height: .25em; margin-right: .45em; vertical-align: middle; background: var(--was); print-color-adjust: exact; }
.key .without::before { background: repeating-linear-gradient(90deg, var(--without) 0 5px, transparent 5px 8px); } .key .observed::before { background: var(--observed); height: .7em; }
.key .returns::before { background: var(--returns); height: .7em; } .key .logoffs::before { height: .7em; }
.scroll { overflow-x: auto; } .scroll + .scroll { margin-top: 1rem; } table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; } .n { text-align: right; } thead { display: table-header-group; } tr { break-inside: avoid; }
details { margin: .5rem 0; } summary { cursor: pointer; font-weight: 600; padding: .25rem 0; }
pre { font: .85rem/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; white-space: pre-wrap; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .75rem 1rem; margin: .25rem 0; }
form { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin: .5rem 0; } label { display: grid; font-size: .9rem; } 
input, select, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 6px; padding: .45rem .7rem; min-height: 2.75rem; max-width: 100%; }
button { background: var(--ink); color: var(--paper); font-weight: 600; cursor: pointer; } :focus-visible { outline: 3px solid var(--was); outline-offset: 2px; }
.wall { font-size: clamp(16px, 1.04vw, 30px); } .wall body { max-width: none; font-size: 1rem; padding-bottom: 1rem; } .wall h2 { font-size: 1rem; margin: .75rem 0 .3rem; } .wall .numbers dd { font-size: 2.4rem; } .wall .plot svg { height: 22vh; } .wall nav, .wall footer, .wall details, .wall #policy { display: none; }
@media (min-width: 1200px) { .wall .numbers { grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); grid-template-columns: none; }
  .wall body, .wall main, .wall #today, .wall figure { display: flex; flex-direction: column; min-height: 0; } .wall body { height: 100vh; } .wall main, .wall #today, .wall .plot { flex: 1; }
  .wall .charts { flex: 1; min-height: 0; grid-auto-rows: minmax(0, 1fr); } .wall .plot { min-height: 4rem; grid-template-rows: minmax(0, 1fr) auto; } .wall .plot svg { height: 100%; } }
@media (min-width: 1200px) and (max-height: 850px) { .wall .charts .note { display: none; } .wall h2 { margin: .4rem 0 .2rem; } .wall .banner { padding: .35rem 1rem; } .wall .numbers dd { font-size: 1.8rem; } .wall header { margin-bottom: .4rem; } .wall body { padding-top: .75rem; } }
.stay { max-width: 38rem; padding-top: 2rem; } .stay h1 { margin-bottom: 1rem; } .stay time { white-space: nowrap; } .stay form { margin: 1.5rem 0; } .stay button { font-size: 1.25rem; padding: .75rem 2rem; }
@media (max-width: 480px) { .stay button { width: 100%; } .scroll table { width: max-content; min-width: 100%; } .scroll td { max-width: 16rem; } body { padding: .9rem .8rem 2rem; } .numbers { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .5rem; } .numbers dd { font-size: 1.45rem; } .plot svg { height: 9rem; } }
@media print { @page { margin: 14mm; } html, .wall { font-size: 10.5px; }
  :root { color-scheme: light; --ink: #1c2530; --soft: #53606e; --line: #d9e0e7; --paper: #ffffff; --card: #ffffff; --was: #1f6feb; --without: #c93c46; --observed: #6b7785; --returns: #8250df; --warn: #7a4b00; --warn-back: #ffffff; --good: #17663a; --good-back: #ffffff; }
  body { max-width: none; padding: 0; font-size: 1rem; } nav, form, .live, #act { display: none; } .plot svg { height: 7rem; } .numbers { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 6px; } .numbers dd { font-size: 1.6rem; }
  .charts { grid-template-columns: repeat(2, minmax(0, 1fr)); } h2 { break-after: avoid; } pre { border: 0; padding: 0; } }
`;

/** Writes times by the reader's clock, and puts new parts in place of old ones. Without it the page is whole, and stands still. */
export const SCRIPT = `'use strict';
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const two = (n) => String(n).padStart(2, '0');
  const dayOf = (at) => at.getFullYear() + '-' + two(at.getMonth() + 1) + '-' + two(at.getDate());
  const offsetOf = (at) => {
    const minutes = Math.abs(at.getTimezoneOffset());
    return 'UTC' + (at.getTimezoneOffset() > 0 ? '-' : '+') + two(Math.floor(minutes / 60)) + ':' + two(minutes % 60);
  };
  function localise(root) {
    const today = dayOf(new Date());
    for (const element of root.querySelectorAll('time[data-form]')) {
      const at = new Date(element.dateTime);
      const time = two(at.getHours()) + ':' + two(at.getMinutes());
      element.textContent = element.dataset.form === 'clock' || (element.dataset.form === 'short' && dayOf(at) === today) ? time : dayOf(at) + ' ' + time;
    }
    for (const element of root.querySelectorAll('[data-zone]')) {
      const at = new Date(element.dataset.zone);
      element.textContent = 'your own zone' + (zone ? ', ' + zone : '') + (Number.isNaN(at.getTime()) ? '' : ' (' + offsetOf(at) + ')');
    }
  }
  const parts = () => [...document.querySelectorAll('[data-part]')];
  const texts = new Map(parts().map((part) => [part.id, part.outerHTML]));
  localise(document);
  const state = document.querySelector('.live');
  const say = (text) => { if (state !== null && state.textContent !== text) state.textContent = text; };
  function take(html) {
    const fresh = new DOMParser().parseFromString(html, 'text/html');
    for (const old of parts()) {
      const part = fresh.getElementById(old.id);
      if (part === null) { old.remove(); continue; }
      if (texts.get(old.id) === part.outerHTML) continue;
      texts.set(old.id, part.outerHTML);
      const focus = old.contains(document.activeElement) ? document.activeElement.id : '';
      for (const open of old.querySelectorAll('details[open]')) part.querySelector('#' + open.id)?.setAttribute('open', '');
      localise(part);
      old.replaceWith(part);
      if (focus !== '') document.getElementById(focus)?.focus();
    }
  }
  function listen() {
    const source = new EventSource(document.body.dataset.events);
    source.onopen = () => say('Live.');
    source.onmessage = ({ data }) => take(JSON.parse(data));
    source.onerror = () => {
      say('Not live at the moment: the numbers may be old.');
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      setTimeout(listen, 15000);
    };
  }
  if (document.body.dataset.events !== undefined) listen();
})();
`;
