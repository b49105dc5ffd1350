/** What an exported file looks like. */
export const STYLE = `
:root { color-scheme: light; font: 14px/1.45 system-ui, sans-serif; }
:root[data-theme=dark] { color-scheme: dark; }
body { margin: 0; padding: 12px 16px; background: Canvas; color: CanvasText; }
main { max-width: 1500px; margin: 0 auto; }
h1 { margin: 0 0 8px; font-size: 1.15rem; overflow-wrap: anywhere; }
.stage { display: grid; grid-template-columns: minmax(0, 1fr) minmax(200px, 320px); gap: 14px; align-items: start; }
.stage canvas { width: min(100%, calc(76vh * var(--proportion))); aspect-ratio: var(--proportion); margin: 0 auto; }
.curve { display: block; width: 100%; height: 36px; }
ol { margin: 0; padding: 0; list-style: none; font-size: 13px; }
li button { width: 100%; padding: 2px 4px; overflow: hidden; border: 0; background: none; color: inherit; font: inherit; text-align: left; text-overflow: ellipsis; white-space: nowrap; cursor: pointer; }
li.coming { opacity: 0.6; }
li.note button { font-weight: 600; white-space: normal; overflow-wrap: anywhere; }
.bar { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; margin: 10px 0 4px; font-variant-numeric: tabular-nums; }
.bar button { min-width: 76px; min-height: 30px; }
input[type=range] { width: 100%; }
@media (max-width: 800px) { .stage { grid-template-columns: minmax(0, 1fr); } }
`
