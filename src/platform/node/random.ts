/** Dice from the operating system. */
import { randomBytes } from 'node:crypto'
import type { Random } from '../random'

export const nodeRandom: Random = {
  next: () => Math.random(),
  bytes: count => randomBytes(count),
}
