/** The service: decisions one after the other, listeners before replies, the same after a restart. */
import { EmbeddedStore } from '../../../src/metadata/store/embedded-store'
import { Dice } from '../../../src/platform/simulated/dice'
import { simulatedPlatform } from '../../../src/platform/simulated/platform'
import { World } from '../../../src/platform/simulated/world'
import { openMetadata, topicSpec } from '../../support/metadata'

describe('Metadata', () => {
  it('makes a cluster with an id, this broker and the default of min.insync.replicas', async () => {
    const { image } = await openMetadata()
    expect(image.clusterId).toMatch(/^[\w][\w-]{21}$/)
    expect(image.controllerId).toBe(1)
    expect(image.brokers()).toEqual([
      { id: 1, rack: null, fenced: false, endpoints: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 9092 }] },
    ])
    expect(image.overrides('broker', '')).toEqual(new Map([['min.insync.replicas', '1']]))
  })

  it('refuses a store of another cluster', async () => {
    const store = EmbeddedStore.inMemory(new Dice('a'))
    await openMetadata({}, { store, clusterId: 'one' })
    await expect(openMetadata({}, { store, clusterId: 'two' })).rejects.toMatchObject({
      error: 'INCONSISTENT_CLUSTER_ID',
    })
  })

  it('answers a creation when every listener has finished, and a topic is whole when it is seen', async () => {
    const metadata = await openMetadata()
    const story: string[] = []
    let finish!: () => void
    metadata.onChange(async (image, previous, change) => {
      story.push(
        `created ${change.created.map(topic => topic.name)}, before: ${previous.topicCount()}, now: ${image.topicCount()}`,
      )
      await new Promise<void>(resolve => (finish = resolve))
      story.push('ready')
    })
    const creation = metadata
      .createTopics([topicSpec('orders', 3)])
      .then(reply => story.push(`replied ${reply[0]!.errorCode}`))
    while (!metadata.settling) await Promise.resolve()
    expect(metadata.image.topic('orders')?.partitions).toHaveLength(3)
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    expect(story).toEqual(['created orders, before: 0, now: 1'])
    finish()
    await creation
    expect(story).toEqual(['created orders, before: 0, now: 1', 'ready', 'replied 0'])
    expect(metadata.settling).toBeNull()
  })

  it('tells listeners one change at a time, in order, and goes on when one of them fails', async () => {
    const metadata = await openMetadata()
    const heard: string[] = []
    metadata.onChange(() => {
      throw new Error('a listener of a plug-in')
    })
    const stop = metadata.onChange(async (_, __, change) => {
      await Promise.resolve()
      heard.push(...change.created.map(topic => `+${topic.name}`), ...change.deleted.map(topic => `-${topic.name}`))
    })
    await Promise.all([
      metadata.createTopics([topicSpec('a')]),
      metadata.createTopics([topicSpec('b')]),
      metadata.deleteTopics([{ name: 'a', topicId: '0'.repeat(32) }]),
    ])
    expect(heard).toEqual(['+a', '+b', '-a'])
    stop()
    await metadata.createTopics([topicSpec('c')])
    expect(heard).toHaveLength(3)
  })

  it('decides one request after the other: of two that create the same topic, one is told that it exists', async () => {
    const metadata = await openMetadata()
    const replies = await Promise.all([1, 2, 3].map(() => metadata.createTopics([topicSpec('same')])))
    expect(replies.map(([reply]) => reply!.errorCode).sort()).toEqual([0, 36, 36])
  })

  it('creates internal topics as its configs say, with no more replicas than there are brokers', async () => {
    const metadata = await openMetadata({ 'offsets.topic.num.partitions': '4' })
    const [topic, again] = await Promise.all([
      metadata.ensureInternalTopic('__consumer_offsets'),
      metadata.ensureInternalTopic('__consumer_offsets'),
    ])
    expect(topic).toBe(again)
    expect(topic).toMatchObject({ internal: true, partitions: { length: 4 } })
    expect(metadata.configs.topic('__consumer_offsets')).toMatchObject({
      cleanupPolicy: ['compact'],
      segmentBytes: 104_857_600,
      compressionType: 'producer',
    })
  })

  it('gives out producer ids once', async () => {
    const metadata = await openMetadata()
    const blocks = await Promise.all([1, 2, 3].map(() => metadata.allocateProducerIds(1000)))
    expect(blocks.map(block => block.first)).toEqual([0, 1000, 2000])
  })

  it('is the same after a restart, but for the leader epochs after a crash', async () => {
    const world = new World({ seed: 1 })
    const platform = simulatedPlatform(world)
    await world.until(
      (async () => {
        platform.files.makeDir('/data')
        const open = async (endedCleanly: boolean) => {
          const store = await EmbeddedStore.open(platform.files, '/data', platform.random)
          return openMetadata({}, { ...platform, store, endedCleanly })
        }
        const first = await open(true)
        await first.createTopics([topicSpec('orders', 2, { 'retention.ms': '7' }), topicSpec('gone')])
        await first.deleteTopics([{ name: 'gone', topicId: '0'.repeat(32) }])
        const { clusterId } = first.image
        const topic = first.image.topic('orders')
        await first.close()
        const second = await open(true)
        expect(second.image.clusterId).toBe(clusterId)
        expect([...second.image.topics()]).toEqual([topic])
        expect(second.configs.topic('orders').retentionMs).toBe(7)
        await second.close()
        const third = await open(false)
        expect(third.image.topic('orders')!.id).toBe(topic!.id)
        expect(third.image.topic('orders')!.partitions.map(partition => partition.leaderEpoch)).toEqual([1, 1])
        await third.close()
      })(),
    )
  })

  it('says so when the store cannot be written, and changes nothing', async () => {
    const world = new World({ seed: 2 })
    const platform = simulatedPlatform(world)
    await world.until(
      (async () => {
        platform.files.makeDir('/data')
        const store = await EmbeddedStore.open(platform.files, '/data', platform.random)
        const metadata = await openMetadata({}, { ...platform, store })
        platform.machine.diskFaults.fail = operation => (operation === 'write' ? 'ENOSPC' : null)
        await expect(metadata.createTopics([topicSpec('orders')])).rejects.toMatchObject({
          error: 'KAFKA_STORAGE_ERROR',
          message: expect.stringContaining('ENOSPC'),
        })
        expect(metadata.image.topic('orders')).toBeNull()
        platform.machine.diskFaults.fail = () => null
        expect((await metadata.createTopics([topicSpec('orders')]))[0]!.errorCode).toBe(0)
      })(),
    )
  })
})
