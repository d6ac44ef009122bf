import type { CardBlock, ModelCard } from '../model-card.ts';
import { plotSvg } from './plot-svg.ts';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border: 1px solid #ccc; padding: .25rem .6rem; text-align: left; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; overflow-x: auto; }`;

/** A model card as one HTML page that needs nothing else: no script, no font, no picture from elsewhere. */
export const modelCardHtml = async ({ title, blocks }: ModelCard): Promise<string> => {
  const parts: string[] = [];
  for (const block of blocks) parts.push(await blockHtml(block));
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${escaped(title)}</h1>
${parts.join('\n')}
</body>
</html>
`;
};

const blockHtml = async (block: CardBlock): Promise<string> => {
  if (block.kind === 'heading') return `<h2>${escaped(block.text)}</h2>`;
  if (block.kind === 'paragraph') return `<p>${escaped(block.text)}</p>`;
  if (block.kind === 'plot') return `<figure>${await plotSvg(block)}</figure>`;
  const head = block.columns.map((name) => `<th scope="col">${escaped(name)}</th>`).join('');
  const rows = block.rows.map((row) => `<tr>${row.map(cellHtml).join('')}</tr>`);
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
};

const cellHtml = (value: string | number): string =>
  typeof value === 'number'
    ? `<td class="number">${Number.isInteger(value) ? value : Number(value.toPrecision(4))}</td>`
    : `<td>${escaped(value)}</td>`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
