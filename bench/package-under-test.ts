import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const own = join(import.meta.dirname, '..');

/**
 * Builds the package as users get it, and gives its folder: compiled files, no sources, the packages it needs above it.
 * `dist` and whoever uses it are left alone.
 */
export function buildPackage(): string {
  const folder = join(own, 'node_modules', '.cache', 'bench', 'package');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'src', 'cli'), { recursive: true });
  const compiler = join(own, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', join(own, 'src'), '--outDir', join(folder, 'dist')], {
    stdio: 'inherit',
  });
  for (const file of ['package.json', join('src', 'cli', 'bin.cjs')]) cpSync(join(own, file), join(folder, file));
  return folder;
}
