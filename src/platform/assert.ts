/** Assertions: a broken invariant is a bug in this program, never a bad request and never a bad disk. */

export class Invariant extends Error {
  override readonly name = 'Invariant'
}

export function assert(holds: boolean, says: string): asserts holds {
  if (!holds) throw new Invariant(says)
}

/** For the arm of a switch that types say cannot be taken. */
export function unreachable(value: never, says: string): never {
  throw new Invariant(`${says}: ${String(value)}`)
}
