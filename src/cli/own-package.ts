import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** This package's folder, which is as far from the sources as from what they are built into. */
export const ownFolder = fileURLToPath(new URL('../../', import.meta.url));

interface OwnPackage {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function isOwnPackage(value: unknown): value is OwnPackage {
  return typeof value === 'object' && value !== null && 'version' in value && 'devDependencies' in value;
}

/** This package's own package.json. */
export function ownPackage(): OwnPackage {
  const own: unknown = JSON.parse(readFileSync(`${ownFolder}package.json`, 'utf8'));
  if (!isOwnPackage(own)) throw new Error(`${ownFolder}package.json is not that of hassette`);
  return own;
}
