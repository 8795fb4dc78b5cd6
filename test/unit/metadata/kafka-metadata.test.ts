/** Records that an Apache Kafka 4.4 wrote into its metadata log, read from files laid out as it lays them out. */
import { EmbeddedStore } from '../../../src/metadata/embedded-store'
import { type KafkaMetadata, readKafkaMetadata } from '../../../src/metadata/kafka-metadata'
import { Dice } from '../../../src/platform/simulated/dice'
import { World } from '../../../src/platform/simulated/world'
import { simulatedPlatform } from '../../../src/platform/simulated/platform'
import { buildBatch } from '../../../src/protocol/records/records'
import { openMetadata, topicSpec } from '../../support/metadata'

/** As they stood in the log, in their order. */
const recorded = {
  minIsr: '0104000401146d696e2e696e73796e632e7265706c69636173023100',
  keep: '010200056b656570ad07239f305f435aa3fc612009a477b300',
  keepCompacts: '01040002056b6565700f636c65616e75702e706f6c69637908636f6d7061637400',
  keepForever: '01040002056b6565700d726574656e74696f6e2e6d73032d3100',
  gone: '01020005676f6e655013557427b04386b28af18305aa30b700',
  goneForever: '0104000205676f6e650d726574656e74696f6e2e6d73032d3100',
  goneRemoved: '0109005013557427b04386b28af18305aa30b700',
  goneAgain: '01020005676f6e652ff6d3bd113a4773a4a649663590089400',
  keepNotForever: '01040002056b6565700d726574656e74696f6e2e6d730000',
  keepSegments: '01040002056b6565700e7365676d656e742e6279746573083230303030303000',
  broker: '010400040231116c6f672e726574656e74696f6e2e6d73083132333435363700',
  group: '01040020046772701c636f6e73756d65722e73657373696f6e2e74696d656f75742e6d7306353030303000',
  subscription: '0104001003636d0c696e74657276616c2e6d73053130303000',
  producerIds: '010f0000000001000000000000001100000000000003e800',
}
const all = Object.values(recorded)

const batchOf = (records: readonly string[], baseOffset: number, control = false) =>
  buildBatch({
    baseOffset,
    control,
    records: records.map(hex => ({ timestampMs: 1, key: null, value: Buffer.from(hex, 'hex') })),
  })

function told(metadata: KafkaMetadata) {
  return {
    nextProducerId: metadata.nextProducerId,
    keep: Object.fromEntries(metadata.overrides('topic', 'keep')),
    topics: metadata.overridden('topic'),
    brokers: metadata.overridden('broker'),
    broker: Object.fromEntries(metadata.overrides('broker', '1')),
    group: Object.fromEntries(metadata.overrides('group', 'grp')),
    subscription: Object.fromEntries(metadata.overrides('clientMetrics', 'cm')),
  }
}

const whole = {
  nextProducerId: 1000,
  keep: { 'cleanup.policy': 'compact', 'segment.bytes': '2000000' },
  topics: ['keep'],
  brokers: ['', '1'],
  broker: { 'log.retention.ms': '1234567' },
  group: { 'consumer.session.timeout.ms': '50000' },
  subscription: { 'interval.ms': '1000' },
}

function filesOf(content: { [name: string]: Buffer }) {
  const { files } = simulatedPlatform(new World({ seed: 1 }))
  files.makeDir('/data')
  files.makeDir('/data/__cluster_metadata-0')
  for (const [name, bytes] of Object.entries(content)) {
    const file = files.open(`/data/__cluster_metadata-0/${name}`, { create: true })
    file.writeSync([bytes], 0)
  }
  return files
}
const read = (content: { [name: string]: Buffer }) => told(readKafkaMetadata(filesOf(content), '/data')!)
const log = (offset: number) => `${String(offset).padStart(20, '0')}.log`

describe('readKafkaMetadata', () => {
  it('knows nothing where there is no metadata log', () => {
    const { files } = simulatedPlatform(new World({ seed: 1 }))
    files.makeDir('/data')
    expect(readKafkaMetadata(files, '/data')).toBeNull()
  })

  it('replays a log, however it is cut into batches and segments', () => {
    expect(read({ [log(0)]: batchOf(all, 0) })).toEqual(whole)
    for (let cut = 1; cut < all.length; cut++) {
      const [first, second] = [batchOf(all.slice(0, cut), 0), batchOf(all.slice(cut), cut)]
      expect(read({ [log(0)]: Buffer.concat([first, second]) })).toEqual(whole)
      expect(read({ [log(0)]: first, [log(cut)]: second })).toEqual(whole)
    }
  })

  it('begins with the newest checkpoint, and passes over what it holds already', () => {
    const [cut, rest] = [9, all.slice(9)]
    const checkpoint = `${String(cut).padStart(20, '0')}-0000000003.checkpoint`
    const kept = batchOf([recorded.minIsr, recorded.keep, recorded.keepCompacts], 0)
    expect(
      read({
        '00000000000000000000-0000000000.checkpoint': batchOf([recorded.keepForever], 0),
        [checkpoint]: kept,
        [log(0)]: Buffer.concat([batchOf(all.slice(0, cut), 0), batchOf(rest, cut)]),
      }),
    ).toEqual(whole)
  })

  it('passes over control batches, records of other kinds, frames and versions, and keys that it does not know', () => {
    const others = [
      '010c0000',
      '020400',
      '01040102',
      '01040002056b65657004666f6f023100',
      '01040002056b6565700966c3bcc3bc2e6d73023100',
    ]
    const batches = [batchOf(['00'], 0, true), batchOf([...all, ...others], 1)]
    expect(read({ [log(0)]: Buffer.concat(batches), 'quorum-state': Buffer.from('{}') })).toEqual(whole)
  })

  it('ends at the first batch that is not whole', () => {
    const first = batchOf(all, 0)
    const second = batchOf([recorded.keepForever], all.length)
    for (const torn of [
      second.subarray(0, -1),
      second.subarray(0, 20),
      Buffer.concat([second.subarray(0, -1), Buffer.from([9])]),
      Buffer.alloc(100),
    ]) {
      expect(read({ [log(0)]: Buffer.concat([first, torn]), [log(99)]: second })).toEqual(whole)
    }
  })
})

describe('Metadata.adoptKafka', () => {
  const kafka = () => readKafkaMetadata(filesOf({ [log(0)]: batchOf(all, 0) }), '/data')!
  const keep = 'ad07239f305f435aa3fc612009a477b3'

  it('takes over topics under their ids with their configs, and gives no producer id out again', async () => {
    const metadata = await openMetadata()
    await metadata.adoptKafka(kafka())
    await metadata.adoptTopics([
      { name: 'keep', topicId: keep, partitions: 2, configs: kafka().overrides('topic', 'keep') },
    ])
    expect(metadata.image.topic('keep')).toMatchObject({ id: keep, partitions: [{ leader: 1 }, { leader: 1 }] })
    expect(metadata.configs.topic('keep')).toMatchObject({
      cleanupPolicy: ['compact'],
      segmentBytes: 2_000_000,
      retentionMs: 1_234_567,
    })
    expect(metadata.configs.group('grp').consumerSessionTimeoutMs).toBe(50_000)
    expect(metadata.configs.clientMetrics('cm').intervalMs).toBe(1000)
    expect(await metadata.allocateProducerIds(1000)).toEqual({ first: 1000, count: 1000 })
  })

  it('leaves alone what was changed here since, but for producer ids', async () => {
    const first = await openMetadata()
    await first.createTopics([topicSpec('keep', 1, { 'retention.ms': '9' })])
    const id = first.image.topic('keep')!.id
    const store = EmbeddedStore.inMemory(new Dice('before'))
    await openMetadata({}, { store })
    const metadata = await openMetadata({}, { store })
    await metadata.adoptKafka(kafka())
    expect(metadata.image.overridden('group')).toEqual([])
    expect(metadata.image.nextProducerId).toBe(1000)
    await first.adoptTopics([{ name: 'keep', topicId: keep, partitions: 2, configs: new Map() }])
    expect(first.image.topic('keep')!.id).toBe(id)
    expect(first.configs.topic('keep').retentionMs).toBe(9)
  })
})
