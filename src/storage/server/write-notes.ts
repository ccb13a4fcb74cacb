import type { StorageChange, Write } from '../storage-link.ts';

/** A change, and where it was made. */
type PlacedChange = Exclude<StorageChange, { kind: 'gap' }> & { readonly namespace: string };

/** `s` or `d`, namespace, key. */
type Noted = readonly [kind: 's' | 'd', namespace: string, key: string];

/**
 * What was written, for whoever watches elsewhere, as texts that are each no longer than a server takes. Before each the
 * server puts the version, and a space.
 */
export function notesOf(writes: readonly Write[], mostBytes: number): readonly string[] {
  const notes: string[] = [];
  let items: string[] = [];
  let bytes = 2;
  for (const { kind, namespace, key } of writes) {
    const item = JSON.stringify([kind === 'set' ? 's' : 'd', namespace, key] satisfies Noted);
    const itemBytes = Buffer.byteLength(item) + 1;
    if (items.length > 0 && bytes + itemBytes > mostBytes) {
      notes.push(`[${items.join(',')}]`);
      items = [];
      bytes = 2;
    }
    items.push(item);
    bytes += itemBytes;
  }
  if (items.length > 0) notes.push(`[${items.join(',')}]`);
  return notes;
}

/** The changes of which a note tells. What is none of ours tells of nothing. */
export function readNote(note: string): readonly PlacedChange[] {
  const space = note.indexOf(' ');
  const version = Number(note.slice(0, space));
  let items: unknown;
  try {
    items = JSON.parse(note.slice(space + 1));
  } catch {
    return []; // Another program's, on the same channel.
  }
  if (!Array.isArray(items) || !Number.isSafeInteger(version)) return [];
  return items.filter(isNoted).map(([kind, namespace, key]) => ({
    kind: kind === 's' ? 'set' : 'delete',
    namespace,
    key,
    version,
  }));
}

function isNoted(item: unknown): item is Noted {
  return Array.isArray(item) && item.length === 3 && item.every((part) => typeof part === 'string');
}
