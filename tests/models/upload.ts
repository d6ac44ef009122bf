import type { ModelFiles } from './small-model.ts';

/** A form of a model's files, as a data scientist's client would send it. */
export const formOf = (files: ModelFiles): FormData => {
  const form = new FormData();
  for (const [name, content] of Object.entries(files)) {
    const part = name === 'manifest.json' ? 'manifest' : name === 'model.onnx' ? 'model' : 'file';
    form.append(part, new Blob([content as BlobPart]), name);
  }
  return form;
};
