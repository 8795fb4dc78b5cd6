/** What a test makes happen to groups and transactional ids, without a client that does it. */
import type { Core } from '../node/core'
import { transactionStateTopic } from '../metadata/internal-topics'
import { Refusal } from '../protocol/errors'
import type { Happening } from './commands'

/** To one, or to all when `to` is null. Gives to how many. */
export async function happen(
  core: Core,
  what: Exclude<Happening, 'disconnectAll'>,
  to: string | null,
): Promise<number> {
  const { groups } = core.broker
  if (what === 'rebalance') return groups.rebalance({ groupId: to, why: 'a test asked for it' })
  if (what === 'evict') return groups.dismissMembers({ groupId: to, why: 'a test asked for it' })
  const ids = to === null ? await openIds(core) : [to]
  for (const transactionalId of ids) await fence(core, transactionalId)
  return ids.length
}

async function openIds({ broker }: Core): Promise<string[]> {
  const everything = { states: [], producerIds: [], openForMs: -1, matches: () => true }
  return (await broker.transactions.list(everything)).map(({ transactionalId }) => transactionalId)
}

/** As another producer that begins with the id. */
async function fence({ broker }: Core, transactionalId: string): Promise<void> {
  await broker.ensureInternalTopic(transactionStateTopic)
  try {
    const known = await broker.transactions.describe(transactionalId)
    await broker.transactions.init({ transactionalId, timeoutMs: known.timeoutMs, expected: null })
  } catch (error) {
    // Who has a transaction open is fenced by now, and what it wrote is being aborted; who never began need not be.
    const isDone =
      error instanceof Refusal && ['CONCURRENT_TRANSACTIONS', 'TRANSACTIONAL_ID_NOT_FOUND'].includes(error.error)
    if (!isDone) throw error
  }
}
