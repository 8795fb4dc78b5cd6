import { faultOf } from '../../../../src/embedded/door/fault-spec'
import { Metadata } from '../../../../src/protocol/messages/metadata'
import { Produce } from '../../../../src/protocol/messages/produce'
import { makeBatch } from '../../../support/batches'
import { EngineBench } from '../../../support/engine-bench'

async function bench() {
  const bench = new EngineBench()
  const { cluster, port } = await bench.start({ topics: ['orders'] })
  const list = (api: string | null, clientId: string | null = null) => bench.ask(cluster, 'requests', { api, clientId })
  return { bench, list, connect: (clientId: string) => bench.connect(port, clientId) }
}

test('requests as they came, decoded, and what was said to them; bytes are counted', async () => {
  const { bench: at, list, connect } = await bench()
  const client = await connect('svc')
  const records = makeBatch()
  await at.world.until(client.request(Metadata, 9, { topics: [{ name: 'orders' }], allowAutoTopicCreation: false }))
  await at.world.until(
    client.request(Produce, 9, {
      acks: 1,
      timeoutMs: 1_000,
      topicData: [{ name: 'missing', partitionData: [{ index: 0, records }] }],
    }),
  )
  expect(await list(null)).toMatchObject([
    { api: 'Metadata', version: 9, clientId: 'svc', request: { topics: [{ name: 'orders' }] }, errors: [] },
    {
      api: 'Produce',
      request: { topicData: [{ name: 'missing', partitionData: [{ records: { bytes: records.length } }] }] },
      isAnswered: true,
      errors: ['UNKNOWN_TOPIC_OR_PARTITION'],
    },
  ])
})

test('they are found by API and by client, the last fifty of each', async () => {
  const { bench: at, list, connect } = await bench()
  const [first, second] = [await connect('first'), await connect('second')]
  await at.world.until(first.request(Produce, 9, { acks: 1, timeoutMs: 1_000, topicData: [] }))
  for (let asked = 0; asked < 60; asked += 1) await at.world.until(second.request(Metadata, 9, { topics: [] }))
  expect(await list('Metadata')).toHaveLength(50)
  expect(await list('Produce')).toHaveLength(1)
  expect(await list(null, 'first')).toHaveLength(1)
  expect(await list('Metadata', 'first')).toEqual([])
  await expect(list('Prodce')).rejects.toThrow('no API is called Prodce. Did you mean Produce?')
})

test('a fault is the answer that the log shows', async () => {
  const { bench: at, list, connect } = await bench()
  const client = await connect('svc')
  const effect = { does: 'error', error: 'KAFKA_STORAGE_ERROR', after: false } as const
  await at.ask(1, 'addFault', faultOf('Metadata', { times: 1 }, effect))
  await at.world.until(client.request(Metadata, 9, { topics: [{ name: 'orders' }] }))
  const asked = { topics: [{ name: 'orders' }] }
  expect((await list('Metadata'))[0]).toMatchObject({ errors: ['KAFKA_STORAGE_ERROR'], faults: ['error'], why: null })
  await at.world.until(client.request(Metadata, 9, asked))
  expect((await list('Metadata'))[1]).toMatchObject({ errors: [], faults: [], why: null })
})

test('requests that wait at the same time each have their own faults', async () => {
  const { bench: at, list, connect } = await bench()
  const faults = at.faultsOf(1)
  const [slow, other] = [await connect('slow'), await connect('other')]
  await faults.on('Metadata', () => undefined, { clientId: 'slow' })
  await faults.delay('Metadata', 1_000, { clientId: 'slow' })
  const delayed = slow.request(Metadata, 9, { topics: [] })
  await at.world.until(other.request(Metadata, 9, { topics: [] }))
  await at.world.until(delayed)
  const seen = (await list('Metadata')).map(({ clientId, faults: those }) => [clientId, those])
  expect(seen).toEqual([
    ['slow', ['ask', 'delay']],
    ['other', []],
  ])
})
