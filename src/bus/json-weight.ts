/** What a value takes up beside its contents. */
const OWN_BYTES = 8;

/**
 * How many bytes a value would have as JSON, about, without making it. It stops counting at `most`, and follows nothing
 * in a circle for longer than that.
 */
export function jsonWeight(value: unknown, most: number): number {
  let bytes = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && bytes < most) {
    const next = open.pop();
    bytes += OWN_BYTES;
    if (typeof next === 'string') bytes += next.length;
    else if (Array.isArray(next)) for (const item of next) open.push(item);
    else if (typeof next === 'object' && next !== null) {
      for (const [key, item] of Object.entries(next)) {
        bytes += key.length;
        open.push(item);
      }
    }
  }
  return Math.min(bytes, most);
}
