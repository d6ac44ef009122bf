import onnxProto from 'onnx-proto';
import type { LanguageDirections } from './language-directions.ts';

const { ModelProto, TensorProto } = onnxProto.onnx;

/** The initializers of the word embedding: 4-bit weights, two a byte, and their scales. */
const WORDS = ['emb.word', 'emb.word_s'];
const HIDDEN = 'last_hidden_state';

/** Name of the encoder's output. */
export const EMBEDDING = 'embedding';

/**
 * The encoder with these rows of its word embedding only, giving one vector of length 1 a text instead of one a token: the mean
 * over its tokens (Wang et al. 2024, arXiv 2402.05672, section 3), normalised, and then, where `language` is given, without what
 * tells the language, and normalised again.
 * @throws Error naming what the file lacks
 */
export const cutEncoder = (
  model: Uint8Array,
  rows: readonly number[],
  language?: LanguageDirections,
): { readonly model: Uint8Array; readonly dims: number } => {
  const decoded = ModelProto.decode(model);
  const graph = decoded.graph;
  if (graph?.initializer == null || graph.node == null || graph.input == null) throw new Error('the file has no graph');
  for (const name of WORDS) {
    const tensor = graph.initializer.find((one) => one.name === name);
    if (tensor?.dims == null || tensor.rawData == null) throw new Error(`the graph lacks the initializer ${name}`);
    tensor.rawData = rowsOf(tensor.rawData, Number(tensor.dims[0]), rows);
    tensor.dims = [rows.length, Number(tensor.dims[1])];
  }
  const hidden = graph.output?.find(({ name }) => name === HIDDEN);
  const dims = Number(hidden?.type?.tensorType?.shape?.dim?.[2]?.dimValue ?? 0);
  if (hidden === undefined || dims === 0) throw new Error(`the graph lacks the output ${HIDDEN}`);
  graph.node.push(...pooling(language === undefined ? EMBEDDING : POOLED));
  graph.initializer.push(int64('pool.tokens', 1), int64('pool.hidden', 2), float32('pool.least', [], 1e-12));
  if (language !== undefined) {
    const { mean, directions } = language;
    const along = directions.flatMap((direction) => [...direction]);
    const across = [...mean].flatMap((_, at) => directions.map((direction) => direction[at] ?? 0));
    graph.node.push(...WITHOUT_LANGUAGE);
    graph.initializer.push(
      float32('language.mean', [dims], ...mean),
      float32('language.along', [directions.length, dims], ...along),
      float32('language.across', [dims, directions.length], ...across),
    );
  }
  graph.output = [tensorInfo(EMBEDDING, TensorProto.DataType.FLOAT, [{ dimParam: 'batch' }, { dimValue: dims }])];
  graph.input = graph.input.map(({ name }) =>
    tensorInfo(name ?? '', TensorProto.DataType.INT64, [{ dimParam: 'batch' }, { dimParam: 'tokens' }]),
  );
  return { model: ModelProto.encode(decoded).finish(), dims };
};

const rowsOf = (data: Uint8Array, count: number, rows: readonly number[]): Uint8Array => {
  const width = data.byteLength / count;
  const taken = new Uint8Array(rows.length * width);
  for (const [at, row] of rows.entries()) taken.set(data.subarray(row * width, (row + 1) * width), at * width);
  return taken;
};

type Info = onnxProto.onnx.IValueInfoProto;
type Dimension = onnxProto.onnx.TensorShapeProto.IDimension;
type Constant = onnxProto.onnx.ITensorProto;

const tensorInfo = (name: string, elemType: number, dim: Dimension[]): Info => ({
  name,
  type: { tensorType: { elemType, shape: { dim } } },
});

const int64 = (name: string, value: number): Constant => ({
  ...{ name, dims: [1], dataType: TensorProto.DataType.INT64 },
  rawData: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer),
});

const float32 = (name: string, dims: number[], ...values: number[]): Constant => ({
  ...{ name, dims, dataType: TensorProto.DataType.FLOAT },
  rawData: new Uint8Array(Float32Array.from(values).buffer),
});

const node = (
  opType: string,
  input: string[],
  output: string,
  attribute?: readonly [name: string, value: number],
): onnxProto.onnx.NodeProto => {
  const { INT } = onnxProto.onnx.AttributeProto.AttributeType;
  const attributes = attribute === undefined ? [] : [{ name: attribute[0], type: INT, i: attribute[1] }];
  return onnxProto.onnx.NodeProto.create({ name: output, opType, input, output: [output], attribute: attributes });
};

/** Of length 1. Divisors do not matter: so the mean is taken as the sum. */
const normalised = (name: string, input: string, output: string): onnxProto.onnx.NodeProto[] => [
  node('Mul', [input, input], `${name}.squares`),
  node('ReduceSum', [`${name}.squares`, 'pool.tokens'], `${name}.square`),
  node('Sqrt', [`${name}.square`], `${name}.norm`),
  node('Max', [`${name}.norm`, 'pool.least'], `${name}.length`),
  node('Div', [input, `${name}.length`], output),
];

const POOLED = 'pooled';

const pooling = (output: string): onnxProto.onnx.NodeProto[] => [
  node('Cast', ['attention_mask'], 'pool.mask', ['to', TensorProto.DataType.FLOAT]),
  node('Unsqueeze', ['pool.mask', 'pool.hidden'], 'pool.weights'),
  node('Mul', [HIDDEN, 'pool.weights'], 'pool.weighted'),
  node('ReduceSum', ['pool.weighted', 'pool.tokens'], 'pool.sum', ['keepdims', 0]),
  ...normalised('pool', 'pool.sum', output),
];

const WITHOUT_LANGUAGE = [
  node('Sub', [POOLED, 'language.mean'], 'language.centred'),
  node('MatMul', ['language.centred', 'language.across'], 'language.parts'),
  node('MatMul', ['language.parts', 'language.along'], 'language.part'),
  node('Sub', ['language.centred', 'language.part'], 'language.neutral'),
  ...normalised('language', 'language.neutral', EMBEDDING),
];
