/** The image replayed from events: the same whether they come one by one or all at once. */
import fc from 'fast-check'
import { EmbeddedStore } from '../../../src/metadata/store/embedded-store'
import { LiveImage } from '../../../src/metadata/live-image'
import { Dice } from '../../../src/platform/simulated/dice'
import { openMetadata, topicSpec } from '../../support/metadata'

const names = ['a', 'a.b', 'a_b', 'b', 'c.d', 'c_d', 'z']

/** Everything an image answers, in a form that can be compared. */
function told(image: LiveImage) {
  return {
    revision: image.revision,
    clusterId: image.clusterId,
    brokers: image.brokers(),
    topics: [...image.topics()],
    count: image.topicCount(),
    byName: names.map(name => image.topic(name)),
    byId: [...image.topics()].map(topic => image.topicById(topic.id)?.name),
    colliding: names.map(name => image.collidingTopic(name)),
    overrides: names.map(name => [...image.overrides('topic', name)]),
    overridden: [...image.overridden('topic')],
  }
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('create' as const),
    name: fc.constantFrom(...names),
    count: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({ kind: fc.constant('delete' as const), name: fc.constantFrom(...names) }),
  fc.record({
    kind: fc.constant('grow' as const),
    name: fc.constantFrom(...names),
    count: fc.integer({ min: 1, max: 8 }),
  }),
  fc.record({
    kind: fc.constant('alter' as const),
    name: fc.constantFrom(...names),
    value: fc.constantFrom(null, '5', '7'),
  }),
)

describe('LiveImage', () => {
  it('is the same when it is rebuilt from the store as when it lived through everything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
        const store = EmbeddedStore.inMemory(new Dice('image'))
        const metadata = await openMetadata({}, { store })
        for (const next of steps) {
          if (next.kind === 'create') await metadata.createTopics([topicSpec(next.name, next.count)])
          if (next.kind === 'delete') await metadata.deleteTopics([{ name: next.name, topicId: '0'.repeat(32) }])
          if (next.kind === 'grow')
            await metadata.createPartitions([{ name: next.name, count: next.count, assignments: null }])
          if (next.kind === 'alter') {
            const change = {
              name: 'retention.ms',
              operation: next.value === null ? 'DELETE' : 'SET',
              value: next.value,
            } as const
            await metadata.incrementalAlterConfigs([{ resource: 'topic', name: next.name, changes: [change] }])
          }
        }
        const rebuilt = await openMetadata({}, { store })
        expect(told(rebuilt.image)).toEqual(told(metadata.image))
      }),
      { seed: 11, numRuns: 60 },
    )
  })

  it('never changes: who holds an old one sees what was', async () => {
    const metadata = await openMetadata()
    const images = [metadata.image]
    for (let at = 0; at < 200; at++) {
      await metadata.createTopics([topicSpec(`t${at % 50}.${at}`)])
      images.push(metadata.image)
    }
    images.forEach((image, at) => {
      expect(image.topicCount()).toBe(at)
      expect([...image.topics()]).toHaveLength(at)
    })
  })

  it('says what a revision changed', async () => {
    const metadata = await openMetadata()
    await metadata.createTopics([topicSpec('kept', 1), topicSpec('gone')])
    const before = metadata.image.topic('kept')
    const changes: object[] = []
    metadata.onChange((_image, _previous, change) => void changes.push(change))
    await metadata.createPartitions([{ name: 'kept', count: 2, assignments: null }])
    await metadata.deleteTopics([{ name: 'gone', topicId: '0'.repeat(32) }])
    await metadata.alterConfigs([{ resource: 'topic', name: 'kept', configs: new Map([['flush.ms', '5']]) }])
    const nothing = { created: [], deleted: [], altered: [], configs: [], brokers: false }
    expect(changes).toEqual([
      {
        ...nothing,
        altered: [{ before: before, after: metadata.image.topic('kept') }],
      },
      {
        ...nothing,
        deleted: [expect.objectContaining({ name: 'gone' })],
        configs: [{ resource: 'topic', name: 'gone' }],
      },
      { ...nothing, configs: [{ resource: 'topic', name: 'kept' }] },
    ])
  })

  it('passes over keys that a newer version may have written', () => {
    const { image } = LiveImage.empty.after(1, [
      { key: 'new/thing', value: '{}' },
      { key: 'meta/id', value: '{"clusterId":"c"}' },
    ])
    expect(image.clusterId).toBe('c')
  })
})
