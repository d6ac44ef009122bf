import onnxProto, { type onnx } from 'onnx-proto';
import type { TensorSpec } from '../registry/manifest.ts';

/** What an operator takes beside its inputs. A whole number is an int, another number a float unless `float` says so. */
export type Attribute =
  | { readonly int: number }
  | { readonly ints: ArrayLike<number> }
  | { readonly float: number }
  | { readonly floats: ArrayLike<number> }
  | { readonly string: string }
  | { readonly strings: readonly string[] };

export interface OnnxNode {
  readonly op: string;
  /** Default: the operators of ONNX itself. */
  readonly domain?: 'ai.onnx.ml' | 'com.microsoft';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** A constant of the graph. */
export interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int32Array | Uint8Array | Int8Array;
}

export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers?: readonly Initializer[];
}

// By the default export: it is CommonJS that tells Node no names.
const { AttributeProto, ModelProto, TensorProto } = onnxProto.onnx;
const { AttributeType } = AttributeProto;
const { DataType } = TensorProto;

/** ONNX IR 8 with operator sets that onnxruntime 1.30 runs (https://onnx.ai/onnx/repo-docs/Versioning.html). */
const IR_VERSION = 8;
const OPSETS = [
  { domain: '', version: 17 },
  { domain: 'ai.onnx.ml', version: 3 },
  { domain: 'com.microsoft', version: 1 },
];

/** The graph as the bytes of a `.onnx` file. */
export const onnxModel = (graph: OnnxGraph): Uint8Array =>
  ModelProto.encode({
    irVersion: IR_VERSION,
    producerName: 'spirit-tours',
    opsetImport: OPSETS,
    graph: {
      name: graph.name,
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
      node: graph.nodes.map((node, at) => ({
        name: `${node.op}_${at}`,
        opType: node.op,
        domain: node.domain ?? '',
        input: [...node.inputs],
        output: [...node.outputs],
        attribute: Object.entries(node.attributes ?? {}).map(([name, attribute]) => attributeOf(name, attribute)),
      })),
      initializer: (graph.initializers ?? []).map(({ name, dims, data }) => ({
        name,
        dims: [...dims],
        dataType: dataTypeOf(data),
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      })),
    },
  }).finish();

const valueInfo = ({ name, type, shape }: TensorSpec): onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: type === 'float32' ? DataType.FLOAT : DataType.INT64,
      shape: {
        dim: shape.map((size, axis) =>
          typeof size === 'number' && size > 0
            ? { dimValue: size }
            : { dimParam: size === 'batch' ? 'batch' : `any_${name}_${axis}` },
        ),
      },
    },
  },
});

const dataTypeOf = (data: Initializer['data']): number => {
  if (data instanceof Float32Array) return DataType.FLOAT;
  if (data instanceof BigInt64Array) return DataType.INT64;
  if (data instanceof Int32Array) return DataType.INT32;
  return data instanceof Uint8Array ? DataType.UINT8 : DataType.INT8;
};

const utf8 = new TextEncoder();

const attributeOf = (name: string, attribute: Attribute): onnx.IAttributeProto => {
  if ('int' in attribute) return { name, type: AttributeType.INT, i: attribute.int };
  if ('ints' in attribute) return { name, type: AttributeType.INTS, ints: Array.from(attribute.ints) };
  if ('float' in attribute) return { name, type: AttributeType.FLOAT, f: attribute.float };
  if ('floats' in attribute) return { name, type: AttributeType.FLOATS, floats: Array.from(attribute.floats) };
  if ('string' in attribute) return { name, type: AttributeType.STRING, s: utf8.encode(attribute.string) };
  return { name, type: AttributeType.STRINGS, strings: attribute.strings.map((one) => utf8.encode(one)) };
};
