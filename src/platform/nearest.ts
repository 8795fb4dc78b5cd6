/** What a person probably meant: the known names that are spelt most like the one that is not known. */

/** Best first, at most `most`; empty when nothing is near. Letter case does not count. */
export function nearestNames(names: readonly string[], asked: string, most = 3): string[] {
  const wanted = asked.toLowerCase().slice(0, 200)
  const furthest = Math.max(2, Math.floor(wanted.length / 3))
  return names
    .map(known => ({ known, distance: editDistance(wanted, known.toLowerCase(), furthest) }))
    .filter(near => near.distance <= furthest)
    .sort((a, b) => a.distance - b.distance || (a.known < b.known ? -1 : 1))
    .slice(0, most)
    .map(near => near.known)
}

/** Letters to insert, remove or replace to turn `a` into `b`; gives up and says more than `furthest` once that is certain. */
function editDistance(a: string, b: string, furthest: number): number {
  if (Math.abs(a.length - b.length) > furthest) return furthest + 1
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1))
    }
    if (Math.min(...current) > furthest) return furthest + 1
    previous = current
  }
  return previous[b.length]!
}
