/** Replies as an Apache Kafka 4.4 gave them to the same requests. */
import { deleteTopics } from '../../../../src/broker/apis/delete-topics'
import type { Broker } from '../../../../src/broker/broker'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata, topicSpec } from '../../../support/metadata'

const zero = '0'.repeat(32)
const unknownName = 'This server does not host this topic-partition.'

describe('DeleteTopics', () => {
  let broker: Broker
  let id: string

  beforeEach(async () => {
    const metadata = await openMetadata()
    await metadata.createTopics([
      topicSpec('a', 2, { 'retention.ms': '5' }),
      topicSpec('b'),
      topicSpec('__consumer_offsets'),
    ])
    broker = brokerWith(metadata)
    id = metadata.image.topic('a')!.id
  })

  const remove = async (topics: object[], more: object = {}) =>
    (await ask(deleteTopics, broker, 6, { topics, timeoutMs: 5000, ...more })).responses
  const removeNames = async (topicNames: string[], version = 5, more: object = {}) =>
    (await ask(deleteTopics, broker, version, { topicNames, timeoutMs: 5000, ...more })).responses
  const invalid = (errorMessage: string) => ({ errorCode: 42, errorMessage })

  it('deletes by name and by id, with all that belongs to the topic', async () => {
    const replies = await remove([{ topicId: id }, { name: 'b' }])
    expect(replies).toEqual([
      { name: 'a', topicId: id, errorCode: 0, errorMessage: null },
      expect.objectContaining({ name: 'b', errorCode: 0, errorMessage: null }),
    ])
    expect(broker.image().topicById(id)).toBeNull()
    expect(broker.image().overrides('topic', 'a').size).toBe(0)
    await broker.metadata.createTopics([topicSpec('a')])
    expect(broker.image().topic('a')!.id).not.toBe(id)
    expect(broker.configs.topic('a').retentionMs).toBe(604_800_000)
  })

  it('knows neither unknown names, in whatever shape, nor unknown ids', async () => {
    const names = await removeNames(['nope', 'a b', ''])
    expect(names).toEqual(
      ['', 'a b', 'nope'].map(name => ({ name, topicId: zero, errorCode: 3, errorMessage: unknownName })),
    )
    const unknown = '7'.repeat(32)
    expect(await remove([{ topicId: unknown }])).toEqual([
      { name: null, topicId: unknown, errorCode: 100, errorMessage: 'This server does not host this topic ID.' },
    ])
  })

  it('refuses references that are no references, or that repeat', async () => {
    expect(await remove([{ name: 'a', topicId: id }])).toEqual([
      { name: 'a', topicId: id, ...invalid('You may not specify both topic name and topic id.') },
    ])
    expect(await remove([{}])).toEqual([
      { name: null, topicId: zero, ...invalid('Neither topic name nor id were specified.') },
    ])
    expect(await remove([{ name: 'nope' }, { name: 'nope' }])).toEqual([
      { name: 'nope', topicId: zero, ...invalid('Duplicate topic name.') },
    ])
    expect(await remove([{ topicId: id }, { topicId: id }])).toEqual([
      { name: null, topicId: id, ...invalid('Duplicate topic id.') },
    ])
    expect(await remove([{ name: 'a' }, { topicId: id }])).toEqual([
      { name: 'a', topicId: id, ...invalid('The provided topic name maps to an ID that was already supplied.') },
    ])
    expect(broker.image().topicCount()).toBe(3)
  })

  it('deletes internal topics too', async () => {
    expect(await removeNames(['__consumer_offsets'])).toMatchObject([{ errorCode: 0 }])
  })

  it.each([1, 2, 3, 4, 5])('answers version %i, and is out of time at once without time', async version => {
    expect(await removeNames(['a'], version, { timeoutMs: 0 })).toMatchObject([{ name: 'a', errorCode: 7 }])
    expect(await removeNames(['a'], version)).toMatchObject([{ name: 'a', errorCode: 0 }])
  })

  it('does not delete where that is switched off', async () => {
    const metadata = await openMetadata({ 'delete.topic.enable': 'false' })
    await metadata.createTopics([topicSpec('a')])
    broker = brokerWith(metadata)
    expect(await removeNames(['a'])).toMatchObject([{ errorCode: 73, errorMessage: 'Topic deletion is disabled.' }])
    expect(await removeNames(['a'], 1)).toMatchObject([{ errorCode: 42 }])
  })
})
