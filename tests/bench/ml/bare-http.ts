import { createServer } from 'node:http';
import { onnxModel } from '../../../ml/onnx/onnx-model.ts';
import { openLocalModel } from '../../../ml/onnx/run-model.ts';
import { FEATURES, treeModel } from './tree-model.ts';

/** The least that answers the same over HTTP: node:http and the model on the same thread, no checks, no batches, no process of its own. */
const model = await openLocalModel(onnxModel(treeModel().onnx));
const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const { rows } = JSON.parse(text) as { readonly rows: readonly Record<string, number>[] };
  const data = Float32Array.from(rows.flatMap((row) => Object.values(row)));
  const { score } = await model.run({ features: { type: 'float32', dims: [rows.length, FEATURES], data } });
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({
      outputs: { score: Array.from<number | bigint, number[]>(score?.data ?? [], (value) => [Number(value)]) },
    }),
  );
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/` });
});
process.on('disconnect', () => server.close());
