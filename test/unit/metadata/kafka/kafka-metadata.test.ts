/** Records that an Apache Kafka 4.4 wrote into its metadata log, read from files laid out as it lays them out. */
import { EmbeddedStore } from '../../../../src/metadata/store/embedded-store'
import type { KafkaMetadata } from '../../../../src/metadata/kafka/kafka-metadata'
import { readKafkaMetadata } from '../../../../src/metadata/kafka/kafka-metadata-log'
import { featureLevel } from '../../../../src/metadata/features'
import { Dice } from '../../../../src/platform/simulated/dice'
import { World } from '../../../../src/platform/simulated/world'
import { simulatedPlatform } from '../../../../src/platform/simulated/platform'
import { buildBatch } from '../../../../src/protocol/records/records'
import { openMetadata, topicSpec } from '../../../support/metadata'

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

/** Of a Kafka with an authorizer. */
const access = {
  begin: '01170001001212426f6f747374726170207265636f726473',
  metadataVersion: '010c00116d657461646174612e76657273696f6e002100',
  groupVersion: '010c000e67726f75702e76657273696f6e000100',
  end: '01180000',
  allowed: '011200c4f2b13ec30440048b3d078a645a2ed402046d69670307557365723a75022a030300',
  denied: '0112009eb98e59db10418ab727dca1e4cea66002026d0407557365723a75022a040200',
  userQuota: '010e0002057573657204626f62001370726f64756365725f627974655f7261746540c81c80000000000000',
  clientQuota: '010e00020a636c69656e742d6964000013636f6e73756d65725f627974655f72617465415312d0000000000000',
  carol:
    '010b00066361726f6c01110101010101010101010101010101010121052faf5f397df09f4ae77a915f73f42ed0ee79bcaaa7c7be4059fda7f5b9a7122151d097f2c5ef37cb72df04c6050d60667b362290adf682cda017e1bf0dc979300000100000',
  token:
    '010a0007557365723a7507557365723a7501000001a21c8448e5000001a24090cce5000001a221aaa4e51756345048624c505a5338716678396c787064316f6b5100',
}
const accessOver = {
  allowed: '011300c4f2b13ec30440048b3d078a645a2ed400',
  denied: '0113009eb98e59db10418ab727dca1e4cea66000',
  userQuota: '010e0002057573657204626f62001370726f64756365725f627974655f7261746500000000000000000100',
  clientQuota: '010e00020a636c69656e742d6964000013636f6e73756d65725f627974655f7261746500000000000000000100',
  carol: '011600066361726f6c0100',
  token: '011a001756345048624c505a5338716678396c787064316f6b5100',
}

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
const metadataOf = (content: { [name: string]: Buffer }) => readKafkaMetadata(filesOf(content), '/data')!
const read = (content: { [name: string]: Buffer }) => told(metadataOf(content))
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
    const footer = batchOf(['00'], 3, true)
    const kept = batchOf([recorded.minIsr, recorded.keep, recorded.keepCompacts], 0)
    expect(
      read({
        '00000000000000000000-0000000000.checkpoint': batchOf([recorded.keepForever], 0),
        [checkpoint]: Buffer.concat([kept, footer]),
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

  it('takes over access rules, quotas, SCRAM users, tokens and levels, and forgets what was removed', () => {
    const known = (records: readonly string[]) => {
      const { acls, quotas, scram, tokens, features, leftOut } = metadataOf({ [log(0)]: batchOf(records, 0) })
      const rows = (map: ReadonlyMap<string, unknown>) => [...map]
      expect(leftOut).toEqual([])
      return { acls: [...acls.values()], rest: [quotas, scram, tokens].map(rows), features: rows(features) }
    }
    const rule = { resourceType: 2, principal: 'User:u', host: '*' }
    const made = known(Object.values(access))
    expect(made.acls).toEqual([
      { ...rule, resourceName: 'mig', patternType: 3, operation: 3, permissionType: 3 },
      { ...rule, resourceName: 'm', patternType: 4, operation: 4, permissionType: 2 },
    ])
    expect(made.features).toEqual([
      ['metadata.version', 33],
      ['group.version', 1],
    ])
    const [quotas, scram, tokens] = made.rest
    expect(quotas).toEqual([
      ['[["user","bob"]]', { producer_byte_rate: 12345 }],
      ['[["client-id",null]]', { consumer_byte_rate: 5000000 }],
    ])
    const carol = { iterations: 4096, salt: Buffer.alloc(16, 1).toString('base64') }
    expect(scram).toEqual([['SCRAM-SHA-256/carol', expect.objectContaining(carol)]])
    expect(Buffer.from((scram![0]![1] as { storedKey: string }).storedKey, 'base64').toString('hex')).toMatch(/^052faf/)
    const times = { issuedMs: 1795774761189, maxMs: 1796379561189, expiresMs: 1795861161189 }
    expect(tokens).toEqual([
      ['V4PHbLPZS8qfx9lxpd1okQ', { owner: 'User:u', requester: 'User:u', renewers: [], ...times }],
    ])
    expect(known([...Object.values(access), ...Object.values(accessOver)])).toEqual({
      acls: [],
      rest: [[], [], []],
      features: made.features,
    })
  })

  it('takes a transaction of the controller as a whole or not at all', () => {
    const { begin, end, allowed, denied, carol } = access
    const abort = '01190000'
    const rules = (...records: string[]) => metadataOf({ [log(0)]: batchOf(records, 0) }).acls.size
    expect(rules(begin, allowed, end, denied)).toBe(2)
    expect(rules(begin, allowed, abort, denied)).toBe(1)
    expect(rules(carol, begin, allowed)).toBe(0)
  })

  it('tells what it leaves out, and whether that might have been an access rule', () => {
    const left = (content: { [name: string]: Buffer }) =>
      metadataOf(content).leftOut.map(({ what, why, count, concernsAccess }) => [what, why, count, concernsAccess])
    const leftOf = (...records: string[]) => left({ [log(0)]: batchOf(records, 0) })
    const noRule = '011200c4f2b13ec30440048b3d078a645a2ed402046d69670307557365723a75022a7f0300'
    const otherMechanism = access.carol.replace('6f6c01', '6f6c09')
    const otherQuota = '010e0002057573657204626f620004666f6f40c81c80000000000000'
    expect(leftOf(noRule, otherMechanism, otherQuota, '01040002056b65657004666f6f023100')).toEqual([
      ['access rules', 'they are of a kind that is not known here', 1, true],
      ['SCRAM users', 'their mechanism 9 is not known here', 1, false],
      ['quota foo', 'it is not known here', 1, false],
      ['config foo', 'it is not known here, or its value is not', 1, false],
    ])
    expect(leftOf('0112', '020400', '011201', '010a01', '017f00', '010500', '011500')).toEqual([
      ['records', 'they are damaged', 1, true],
      ['records', 'their frame is of version 2', 1, true],
      ['AccessControlEntryRecord', 'a newer Kafka wrote them (version 1)', 1, true],
      ['DelegationTokenRecord', 'a newer Kafka wrote them (version 1)', 1, false],
      ['records', 'a newer Kafka wrote them (number 127)', 1, true],
    ])
    const lost = (content: { [name: string]: Buffer }) => left(content).map(([what, why]) => `${what}: ${why}`)
    const missed = 'a part of the metadata log'
    const damaged = batchOf([access.denied], 0)
    damaged[70] = damaged[70]! ^ 1
    const rest = batchOf([access.allowed], 5)
    expect(lost({})).toEqual([`${missed}: it is empty`])
    expect(lost({ [log(0)]: damaged })).toEqual([`${missed}: ${log(0)} is damaged`])
    expect(lost({ [log(0)]: batchOf(['00'], 0).fill(1, 0, 30) })).toEqual([`${missed}: ${log(0)} is damaged`])
    expect(lost({ [log(0)]: damaged.subarray(0, -1), [log(1)]: rest })).toEqual([`${missed}: ${log(0)} is damaged`])
    expect(lost({ [log(0)]: damaged.subarray(0, -1) })).toEqual([])
    expect(lost({ [log(0)]: Buffer.alloc(200) })).toEqual([])
    expect(lost({ [log(5)]: rest })).toEqual([`${missed}: nothing is there from offset 0 to 5`])
    const checkpoint = '00000000000000000005-0000000003.checkpoint'
    const footer = batchOf(['00'], 1, true)
    const snapshot = batchOf([access.denied], 0)
    expect(lost({ [checkpoint]: Buffer.concat([snapshot, footer]), [log(5)]: rest })).toEqual([])
    expect(lost({ [checkpoint]: snapshot, [log(5)]: rest })).toEqual([`${missed}: ${checkpoint} is damaged`])
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

describe('metadata of a new cluster', () => {
  const keep = 'ad07239f305f435aa3fc612009a477b3'
  const kafka = (records: readonly string[] = all) => metadataOf({ [log(0)]: batchOf(records, 0) })

  it('take over topics under their ids with their configs, and give no producer id out again', async () => {
    const metadata = await openMetadata({}, { left: () => kafka() })
    await metadata.adoptProducerIds(kafka())
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

  it('take over who may do what, with levels as far as they are served', async () => {
    const records = Object.values(access)
    const { image } = await openMetadata({}, { left: () => kafka(records) })
    const sizes = (['acl', 'quota', 'scram', 'token'] as const).map(name => image.table(name).size)
    expect(sizes).toEqual([2, 2, 1, 1])
    expect([...image.table('acl').entries()]).toEqual([...kafka(records).acls])
    const levels = ['metadata.version', 'transaction.version', 'group.version'].map(name => featureLevel(image, name))
    expect(levels).toEqual([33, 0, 0])
  })

  it('are not made where what was left is refused, so that the next start finds it again', async () => {
    const store = EmbeddedStore.inMemory(new Dice('refused'))
    const left = () => {
      throw new Error('refused')
    }
    for (let round = 0; round < 2; round++) await expect(openMetadata({}, { store, left })).rejects.toThrow('refused')
    const { image } = await openMetadata({}, { store, left: () => kafka(Object.values(access)) })
    expect(image.table('acl').size).toBe(2)
  })

  it('are left alone later, but for producer ids', async () => {
    const first = await openMetadata()
    await first.createTopics([topicSpec('keep', 1, { 'retention.ms': '9' })])
    const id = first.image.topic('keep')!.id
    const store = EmbeddedStore.inMemory(new Dice('before'))
    await openMetadata({}, { store })
    const metadata = await openMetadata({}, { store, left: () => kafka() })
    await metadata.adoptProducerIds(kafka())
    expect(metadata.image.overridden('group')).toEqual([])
    expect(metadata.image.nextProducerId).toBe(1000)
    await first.adoptTopics([{ name: 'keep', topicId: keep, partitions: 2, configs: new Map() }])
    expect(first.image.topic('keep')!.id).toBe(id)
    expect(first.configs.topic('keep').retentionMs).toBe(9)
  })
})
