import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import type { CardBlock } from '../model-card.ts';

type Plot = Extract<CardBlock, { kind: 'plot' }>;

/** A plot as SVG, drawn without a browser. */
export const plotSvg = ({ title, mark, xLabel, yLabel, series }: Plot): Promise<string> => {
  const values = series.flatMap(({ name, points }) => points.map(({ x, y }) => ({ x, y, series: name })));
  const { spec } = compile({
    title,
    width: mark === 'bar' ? { step: 28 } : 560,
    height: 260,
    data: { values },
    mark: mark === 'bar' ? { type: 'bar' } : { type: mark, clip: true },
    encoding: {
      x: {
        field: 'x',
        type: scaleOf(
          values.map(({ x }) => x),
          mark,
        ),
        title: xLabel,
        sort: null,
      },
      y: { field: 'y', type: 'quantitative', title: yLabel, scale: { zero: mark === 'bar' } },
      ...(series.length > 1 ? { color: { field: 'series', type: 'nominal', title: null, sort: null } } : {}),
    },
  });
  return new View(parse(spec), { renderer: 'none' }).toSVG();
};

const scaleOf = (xs: readonly (string | number)[], mark: Plot['mark']): 'nominal' | 'temporal' | 'quantitative' => {
  if (mark === 'bar') return 'nominal';
  return xs.every((x) => typeof x === 'number') ? 'quantitative' : 'temporal';
};
