import type { TransformOptions } from 'esbuild';

/** Decorators are lowered since no engine has them yet; all else that is not JavaScript is types, enums and the like. */
export const COMPILE_OPTIONS = {
  loader: 'ts',
  format: 'esm',
  target: 'esnext',
  supported: { decorators: false },
  sourcesContent: false,
  logLevel: 'silent',
  tsconfigRaw: { compilerOptions: { experimentalDecorators: false, useDefineForClassFields: true } },
} as const satisfies TransformOptions;
