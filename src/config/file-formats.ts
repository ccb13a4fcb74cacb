import { pathToFileURL } from 'node:url';
import type { Origin } from './problem.ts';
import { isTree, type Path, type Tree } from './tree.ts';

/** What a file holds, or why it cannot be read. */
export type Document = ReadableDocument | UnreadableDocument;

export interface ReadableDocument {
  readonly kind: 'readable';
  readonly tree: Tree;
  /** Where a key stands, as far as the format's parser tells. */
  readonly locate: (path: Path) => LineAndColumn | undefined;
}

export interface UnreadableDocument {
  readonly kind: 'unreadable';
  readonly complaints: readonly Complaint[];
}

export interface LineAndColumn {
  readonly line: number;
  readonly column: number;
}

/** Why a file cannot be read. The text quotes nothing of the file: what stands there may be a token. */
interface Complaint {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly at?: LineAndColumn | undefined;
}

function unreadable(message: string, at?: LineAndColumn, hint?: string): UnreadableDocument {
  return { kind: 'unreadable', complaints: [{ message, at, hint }] };
}

const noSettings = 'this file should hold settings such as "homes" and "apps"';

function hintFor(code: string, line: string): string | undefined {
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces.';
  return /[{,].*:\s*\$\{/.test(line) ? 'Within { } a reference stands in quotes: "${NAME}".' : undefined;
}

/** YAML 1.2, with merge keys (`<<`), so that apps can share what they have in common. */
export async function readYaml(text: string): Promise<Document> {
  const { LineCounter, isAlias, isMap, isNode, isPair, isScalar, isSeq, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const position = (offset: number): LineAndColumn => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  // From here on the parser has lost its thread, and complains of everything that follows.
  const lostAt = document.errors.findIndex(({ code }) => code === 'UNEXPECTED_TOKEN');
  const errors = lostAt === -1 ? document.errors : document.errors.slice(0, lostAt + 1);
  const complaints: Complaint[] = errors.map((error) => ({
    message: error.message.replace(/: ".*$/s, ''),
    at: position(error.pos[0]),
    hint: hintFor(error.code, text.slice(text.lastIndexOf('\n', error.pos[0]) + 1).split('\n', 1)[0] ?? ''),
  }));
  for (const warning of document.warnings) {
    if (warning.code !== 'TAG_RESOLVE_FAILED') continue;
    const tag = /^Unresolved tag: (\S+)/.exec(warning.message)?.[1] ?? 'this tag';
    complaints.push({
      message: `${tag} is not known here`,
      at: position(warning.pos[0]),
      hint: 'For secrets use ${NAME}, with NAME in the environment or in .env.',
    });
  }
  if (complaints.length > 0) return { kind: 'unreadable', complaints };
  const value: unknown = document.toJS() ?? {};
  if (!isTree(value)) return unreadable(noSettings, { line: 1, column: 1 });
  return {
    kind: 'readable',
    tree: value,
    locate: (path) => {
      let node: unknown = document.contents;
      let offset: number | undefined;
      for (const key of path) {
        if (isAlias(node)) node = node.resolve(document);
        if (isMap(node)) {
          const pair = node.items.find(
            (item) => isPair(item) && (isScalar(item.key) ? String(item.key.value) : item.key) === String(key),
          );
          if (pair === undefined) return undefined;
          if (isNode(pair.key)) offset = pair.key.range?.[0];
          node = pair.value;
        } else if (isSeq(node) && typeof key === 'number') {
          node = node.items[key];
          if (isNode(node)) offset = node.range?.[0];
        } else {
          return undefined;
        }
      }
      return offset === undefined ? undefined : position(offset);
    },
  };
}

/** JSON, which is YAML as well: that is how lines are known. `$schema` is for editors and left out. */
export async function readJson(text: string): Promise<Document> {
  try {
    JSON.parse(text);
  } catch (error) {
    const at = /line (\d+) column (\d+)/.exec(String(error));
    return unreadable('this is no JSON', at === null ? undefined : { line: Number(at[1]), column: Number(at[2]) });
  }
  const document = await readYaml(text);
  if (document.kind === 'unreadable') return document;
  const { $schema: _, ...tree } = document.tree;
  return { ...document, tree };
}

export async function readToml(text: string): Promise<Document> {
  const { TomlError, parse } = await import('smol-toml');
  try {
    return { kind: 'readable', tree: parse(text), locate: () => undefined };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n', 1)[0] ?? '';
    return unreadable(reason.replace(/^Invalid TOML document: /, ''), { line: error.line, column: error.column });
  }
}

/** A module whose default export is the configuration, or a function that gives it. */
export async function readTypeScript(file: string): Promise<Document> {
  const { tsImport } = await import('tsx/esm/api');
  try {
    let value = defaultOf(await tsImport(pathToFileURL(file).href, import.meta.url));
    if (typeof value === 'function') value = await value();
    if (!isTree(value)) {
      return unreadable(
        'the default export should be the configuration',
        undefined,
        'Write `export default { homes: … }`.',
      );
    }
    return { kind: 'readable', tree: value, locate: () => undefined };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const [, line, column, reason] = /:(\d+):(\d+): ERROR: (.*)/.exec(text) ?? [];
    if (reason !== undefined) return unreadable(reason, { line: Number(line), column: Number(column) + 1 });
    return unreadable(`the module failed: ${text.split('\n', 1)[0] ?? text}`);
  }
}

/** In a folder whose package.json does not say `"type": "module"` the file is CommonJS, and its exports one level down. */
function defaultOf(module: unknown): unknown {
  if (typeof module !== 'object' || module === null || !('default' in module)) return undefined;
  const value = module.default;
  return typeof value === 'object' && value !== null && '__esModule' in value ? defaultOf(value) : value;
}

export function fileOrigin(file: string, at: LineAndColumn | undefined): Origin {
  return { kind: 'file', file, line: at?.line, column: at?.column };
}
