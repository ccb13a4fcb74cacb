/**
 * Edits (insertions, deletions, replacements, swaps of neighbours) that lead from `left` to `right`, or `limit + 1` as
 * soon as it is certain that there are more than `limit`.
 */
export function editDistance(left: string, right: string, limit: number): number {
  const beyond = limit + 1;
  if (Math.abs(left.length - right.length) > limit) return beyond;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    let least = row;
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let edits = Math.min(
        (previous[column] ?? beyond) + 1,
        (current[column - 1] ?? beyond) + 1,
        (previous[column - 1] ?? beyond) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        edits = Math.min(edits, (beforePrevious[column - 2] ?? beyond) + 1);
      }
      current.push(edits);
      least = Math.min(least, edits);
    }
    if (least > limit) return beyond;
    beforePrevious = previous;
    previous = current;
  }
  return Math.min(previous[right.length] ?? beyond, beyond);
}

/**
 * The known word that was probably meant, for "did you mean …?". Case counts for nothing; of words equally near the
 * first one known wins.
 *
 * @param limit - how many edits away a word may be; by default a third of the word's length, and one at least.
 */
export function nearest(
  word: string,
  known: Iterable<string>,
  limit: number = Math.max(1, Math.floor(word.length / 3)),
): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let allowed = limit;
  for (const candidate of known) {
    const edits = editDistance(wanted, candidate.toLowerCase(), allowed);
    if (edits > allowed) continue;
    best = candidate;
    if (edits === 0) return best;
    allowed = edits - 1;
  }
  return best;
}
