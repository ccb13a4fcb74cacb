import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { initFiles } from './init-files.ts';
import { ownFolder, ownPackage } from './own-package.ts';
import { exitCodes, type Surroundings } from './surroundings.ts';

/** As npm wants a name: of few characters, in small letters. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|-+$/g, '');
  return name === '' ? 'home' : name;
}

/** A path in a package.json counts from its folder, so that both can be moved together. */
function relativeSpec(spec: string, folder: string): string {
  if (!spec.startsWith('file:')) return spec;
  return `file:${relative(folder, spec.slice('file:'.length)).replaceAll(sep, '/')}`;
}

function version(name: string): string {
  return ownPackage().devDependencies[name] ?? '*';
}

/** `hassette init`: a folder with an app, its test and all that belongs to it. It overwrites nothing. */
export async function init(target: string, at: Surroundings): Promise<number> {
  const folder = resolve(at.folder, target);
  const files = initFiles({
    name: packageName(folder),
    hassette: relativeSpec(at.installSpec(), folder),
    versions: {
      node: version('node'),
      typescript: version('typescript'),
      vitest: version('vitest'),
      '@types/node': version('@types/node'),
    },
  });
  const there = Object.keys(files).filter((name) => existsSync(join(folder, name)));
  if (there.length > 0) {
    at.say(
      `In ${folder} there is already ${there.join(', ')}; nothing was written.\n    Name a new folder, or move them away.`,
    );
    return exitCodes.failed;
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text, { flag: 'wx' });
  }
  at.say(
    `${folder} is ready:\n${Object.keys(files)
      .map((name) => `  ${name}`)
      .join('\n')}`,
  );
  if (!existsSync(join(ownFolder, 'dist')))
    at.say(`Hassette itself is not built: run \`npm run build\` in ${ownFolder}.`);
  at.say(nextSteps(relative(at.folder, folder)));
  return exitCodes.done;
}

function nextSteps(folder: string): string {
  return [
    '',
    'What next:',
    ...(folder === '' ? [] : [`  cd ${folder}`]),
    '  npx hassette run --simulate    see the app at work in a simulated home; Ctrl+C ends it',
    '  npm install                    for your editor, and for the tests: npm test',
    '  cp .env.example .env           fill it in for your own home, then: npx hassette run',
  ].join('\n');
}
