/** Isolation levels (KIP-98): whether a reader sees what is committed only, or all that is there. */
import { Refusal } from '../protocol/errors'

const levels: readonly boolean[] = [false, true]

/** Throws UNKNOWN_SERVER_ERROR for a level that does not exist, as Apache Kafka answers it. */
export function readsCommitted({ isolationLevel }: { readonly isolationLevel: number }): boolean {
  const level = levels[isolationLevel]
  if (level === undefined) throw new Refusal('UNKNOWN_SERVER_ERROR', `There is no isolation level ${isolationLevel}`)
  return level
}
