import { type Manifest, manifest } from './manifest.ts';

/** More would not be read. */
const MOST_PROBLEMS = 20;

/** A manifest from the text of its file, or what is wrong with it: a line each, with the field's path. */
export const readManifest = (
  text: string,
): { readonly manifest: Manifest } | { readonly problems: readonly string[] } => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { problems: [`manifest.json: not valid JSON: ${error instanceof Error ? error.message : ''}`] };
  }
  const parsed = manifest.safeParse(json);
  if (parsed.success) return { manifest: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `manifest.json: ${[...issue.path, key].join('.')}: not a known field`)
      : [`manifest.json: ${issue.path.join('.') || 'the whole'}: ${issue.message}`],
  );
  return { problems: problems.slice(0, MOST_PROBLEMS) };
};
