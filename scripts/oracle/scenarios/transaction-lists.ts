/** Lists of transactions, by what they are filtered. */
import { ListTransactions } from '../../../src/protocol/messages/list-transactions'
import { sleep } from '../../judge/process'
import { type Scenario, eachVersion } from '../scenario'
import type { Subject } from '../subject'
import { Client } from '../transactional-client'

/** Of the dialect of patterns that Kafka has; the last four it refuses. */
const dialect = String.raw`\z [[:alpha:]]* \pL* \Q\E (?P<n>a*) (?i:A)* \x{61}* (?=a) (a)\1 a{1,1001} \C*`.split(' ')

/** Of one that never began a transaction, one that is in it, and two that ended theirs. */
async function listedByDuration(subject: Subject, version: number): Promise<void> {
  if (version < 1) return
  const topic = await subject.topic('t')
  const clients = ['empty', 'open', 'ended', 'given-up'].map(stem => new Client(subject, 2, stem))
  for (const client of clients) await client.init()
  for (const client of clients.slice(1)) await client.produce(topic, 0)
  await clients[2]!.end(true)
  await clients[3]!.end(false)
  await sleep(50)
  for (const { producer, transactionalId } of clients) {
    const ask = (more: object) =>
      subject.ask(ListTransactions, { stateFilters: [], producerIdFilters: [producer.producerId], ...more }, version)
    for (const durationFilter of [-2, -1, 0, 3_600_000, Number.MAX_SAFE_INTEGER]) await ask({ durationFilter })
    for (const state of ['Empty', 'Ongoing', 'CompleteCommit', 'Dead']) {
      await ask({ durationFilter: 0, stateFilters: [state] })
    }
    await ask({ durationFilter: 3_600_000, stateFilters: ['Empty', 'Ongoing'] })
    if (version < 2) continue
    for (const transactionalIdPattern of [transactionalId, `${subject.name('')}.*`, 'nobody', '']) {
      await ask({ durationFilter: 0, transactionalIdPattern })
      await ask({ durationFilter: 3_600_000, transactionalIdPattern })
      await ask({ durationFilter: 0, transactionalIdPattern, stateFilters: ['Empty'] })
    }
    await ask({ durationFilter: 0, transactionalIdPattern: '(' })
    await ask({ durationFilter: 0, transactionalIdPattern: '(', stateFilters: ['Strange'] })
    await ask({ durationFilter: 0, transactionalIdPattern: transactionalId, stateFilters: ['Strange', 'Empty'] })
    await subject.ask(
      ListTransactions,
      {
        stateFilters: [],
        producerIdFilters: [-1, producer.producerId + 1_000_000],
        durationFilter: 0,
        transactionalIdPattern: transactionalId,
      },
      version,
    )
  }
}

export const transactionListScenarios: readonly Scenario[] = [
  eachVersion(ListTransactions, 'transactions: listed', async (subject, version) => {
    const topic = await subject.topic('t')
    const client = new Client(subject, 2)
    await client.init()
    await client.produce(topic, 0)
    const { producerId } = client.producer
    const ask = (more: object) =>
      subject.ask(ListTransactions, { stateFilters: [], producerIdFilters: [producerId], ...more }, version)
    await ask({})
    await ask({ stateFilters: ['Ongoing', 'Strange', 'Strange'] })
    await ask({ stateFilters: ['Empty'] })
    await ask({ stateFilters: ['Strange'] })
    if (version >= 1) await ask({ durationFilter: 3_600_000 })
    if (version < 2) return
    await ask({ transactionalIdPattern: `${subject.name('t')}.*` })
    await ask({ transactionalIdPattern: 'tx' })
    await ask({ transactionalIdPattern: '(' })
    for (const pattern of dialect) await ask({ transactionalIdPattern: `${client.transactionalId}${pattern}` })
  }),
  eachVersion(ListTransactions, 'transactions: listed by how long they last', listedByDuration),
]
