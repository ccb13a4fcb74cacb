import { delimiter } from 'node:path';

/**
 * The surroundings of a shell outside of this project: npm tells what it runs a lot about the project it is in, and puts
 * the project's own Node first on the PATH.
 */
export function outsideEnvironment(): Record<string, string | undefined> {
  const ours = /^(npm_|HOME_ASSISTANT_|HASSETTE_|INIT_CWD$|NODE_)/;
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
  const folders = (environment['PATH'] ?? '').split(delimiter);
  return { ...environment, PATH: folders.filter((folder) => !folder.includes('node_modules')).join(delimiter) };
}
