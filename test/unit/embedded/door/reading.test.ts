import type { Ask } from '../../../../src/embedded/door/fault-door'
import { allRecords, firstRecord, firstRecords } from '../../../../src/embedded/door/reading'
import { toProduce } from '../../../../src/embedded/contract/values'
import { EngineBench } from '../../../support/engine-bench'

async function bench() {
  const at = new EngineBench()
  const { cluster } = await at.start({ topics: ['orders'] })
  const ask: Ask = (command, argument) => at.engine.ask(cluster, command, argument)
  const produce = (...values: string[]) =>
    at.ask(cluster, 'produce', { topic: 'orders', records: values.map(value => toProduce({ value })) })
  return { at, cluster, ask, produce }
}

const nothing = { keepTopics: false, keepGroups: false }

/** Ways in which a topic becomes another. */
const ends: [string, (at: EngineBench, cluster: number) => Promise<unknown>][] = [
  ['reset', (at, cluster) => at.ask(cluster, 'reset', nothing)],
  ['reset that keeps topics', (at, cluster) => at.ask(cluster, 'reset', { ...nothing, keepTopics: true })],
  ['restore', (at, cluster) => at.ask(cluster, 'restore', 'empty one')],
  [
    'deletion',
    async (at, cluster) => {
      await at.ask(cluster, 'deleteTopics', ['orders'])
      await at.ask(cluster, 'createTopics', [{ name: 'orders' }])
    },
  ],
]

describe.each(ends)('across a %s', (_name, end) => {
  async function scene() {
    const made = await bench()
    await made.at.ask(made.cluster, 'snapshot', 'empty one')
    await made.produce('old0', 'old1', 'old2')
    return made
  }

  test('a wait finds what comes after it', async () => {
    const { at, cluster, ask, produce } = await scene()
    const waiting = firstRecord(ask, 'orders', { value: 'y' }, { timeoutMs: 1_000 })
    await at.world.runFor(100)
    await end(at, cluster)
    await produce('y')
    expect(await at.world.until(waiting)).toMatchObject({ value: 'y' })
  })

  test('a wait from the end finds what comes at once after it', async () => {
    const { at, cluster, ask, produce } = await scene()
    const waiting = firstRecords(ask, 'orders', 1, { from: 'end', timeoutMs: 1_000 })
    await at.world.runFor(100)
    await end(at, cluster)
    await produce('new0')
    expect(await at.world.until(waiting)).toMatchObject([{ value: 'new0' }])
  })

  test('what was before it and what comes after are not mixed', async () => {
    const { at, cluster, ask, produce } = await scene()
    const waiting = firstRecords(ask, 'orders', 5, { timeoutMs: 1_000 })
    await at.world.runFor(100)
    await end(at, cluster)
    await produce('new0', 'new1', 'new2', 'new3', 'new4')
    const values = (await at.world.until(waiting)).map(({ value }) => value)
    expect(values).toEqual(['new0', 'new1', 'new2', 'new3', 'new4'])
  })

  test('a wait in vain tells what is there now', async () => {
    const { at, cluster, ask, produce } = await scene()
    const waiting = firstRecord(ask, 'orders', { value: 'z' }, { timeoutMs: 1_000 })
    const refused = expect(waiting).rejects.toThrow(/1 record was there:\n.*value="new0"$/)
    await at.world.runFor(100)
    await end(at, cluster)
    await produce('new0')
    await at.world.until(refused)
  })
})

test('a wait in vain for a topic that there is not says so', async () => {
  const { at, ask } = await bench()
  const says = 'there is no topic oders; there are orders. Did you mean orders?'
  await at.world.until(
    expect(firstRecord(ask, 'oders', { value: '1' }, { timeoutMs: 10 })).rejects.toMatchObject({
      message: `no record of oders has {"value":"1"}. ${says}`,
      code: null,
    }),
  )
  await at.world.until(expect(firstRecords(ask, 'oders', 2, { timeoutMs: 10 })).rejects.toThrow(says))
  await at.world.until(expect(allRecords(ask, 'oders', {})).rejects.toThrow(says))
})
