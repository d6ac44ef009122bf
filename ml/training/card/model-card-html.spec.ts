import { describe, expect, it } from 'vitest';
import { modelCardHtml } from './model-card-html.ts';

describe('a model card', () => {
  it('tells its figures, draws its plots, and needs nothing from elsewhere', async () => {
    const html = await modelCardHtml({
      title: 'churn 1.2.0',
      blocks: [
        { kind: 'heading', text: 'Calibration' },
        { kind: 'table', columns: ['metric', 'value'], rows: [['AUC', 0.84771234]] },
        {
          kind: 'plot',
          title: 'Reliability',
          mark: 'line',
          xLabel: 'said',
          yLabel: 'came true',
          series: [
            {
              name: 'model',
              points: [
                { x: 0.1, y: 0.12 },
                { x: 0.9, y: 0.88 },
              ],
            },
            {
              name: 'perfect',
              points: [
                { x: 0, y: 0 },
                { x: 1, y: 1 },
              ],
            },
          ],
        },
        {
          kind: 'plot',
          title: 'Importances',
          mark: 'bar',
          xLabel: 'feature',
          yLabel: 'share of gain',
          series: [
            {
              name: 'gain',
              points: [
                { x: 'recency', y: 0.7 },
                { x: 'money', y: 0.3 },
              ],
            },
          ],
        },
      ],
    });
    expect(html).toContain('<td>AUC</td><td class="number">0.8477</td>');
    expect(html.match(/<svg /g)).toHaveLength(2);
    // The second plot has a bar of each feature, the first a line of each series.
    expect(html.match(/aria-roledescription="bar"/g)).toHaveLength(2);
    expect(html.match(/aria-roledescription="line mark"/g)).toHaveLength(2);
    expect(html).not.toMatch(/<script|<link|(src|href)="http/);
  });

  it('shows text as text', async () => {
    const html = await modelCardHtml({
      title: 'a < b',
      blocks: [{ kind: 'paragraph', text: '<script>alert("x")</script> & more' }],
    });
    expect(html).toContain('<p>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; more</p>');
    expect(html).toContain('<title>a &lt; b</title>');
  });
});
