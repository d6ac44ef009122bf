import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { TensorData, Tensors } from '../serving/model-client.ts';

/** A session that runs on the thread that made it: for training, checks and benches. What serves traffic is the pool. */
export interface LocalModel {
  run(inputs: Tensors): Promise<Tensors>;
  close(): Promise<void>;
}

/**
 * Opens a model on one thread.
 * @throws Error of onnxruntime when the bytes are no model that it can run
 */
export const openLocalModel = async (model: Uint8Array): Promise<LocalModel> => {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  return {
    run: async (inputs) => {
      const feeds = Object.entries(inputs).map(([name, tensor]) => [name, tensorOf(tensor)] as const);
      const outputs = await session.run(Object.fromEntries(feeds));
      return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, dataOf(name, tensor)]));
    },
    close: () => session.release(),
  };
};

/** A tensor of ours as one of onnxruntime; it keeps the same memory. */
export const tensorOf = ({ type, dims, data }: TensorData): Tensor =>
  type === 'float32' ? new Tensor(type, data as Float32Array, dims) : new Tensor(type, data as BigInt64Array, dims);

/** The other way round. @throws TypeError where the type is none that a manifest can name */
export const dataOf = (name: string, { type, dims, data }: Tensor): TensorData => {
  if (type === 'float32') return { type, dims: [...dims], data: data as Float32Array };
  if (type === 'int64') return { type, dims: [...dims], data: data as BigInt64Array };
  throw new TypeError(`the output ${name} is of ${type}; a model gives float32 or int64`);
};
