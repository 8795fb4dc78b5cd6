/** Many who wait for records of one topic read it once; none finds what is of an earlier life of it, and each is told when its time is up. */
import type { Gives } from '../../../../src/embedded/contract/commands'
import type { Ask } from '../../../../src/embedded/door/fault-door'
import { firstRecord } from '../../../../src/embedded/door/reading'
import { toProduce } from '../../../../src/embedded/contract/values'
import { EngineBench } from '../../../support/engine-bench'

async function bench() {
  const at = new EngineBench()
  const { cluster } = await at.start({ topics: ['orders'] })
  const given = { records: 0, reads: 0 }
  const ask: Ask = async (command, argument) => {
    const answer = await at.engine.ask(cluster, command, argument)
    if (command === 'read') {
      given.records += (answer as Gives<'read'>).records.length
      given.reads += 1
    }
    return answer
  }
  const produce = (...values: string[]) =>
    at.ask(cluster, 'produce', { topic: 'orders', records: values.map(value => toProduce({ value })) })
  const wait = (value: string, timeoutMs = 1_000) => firstRecord(ask, 'orders', { value }, { timeoutMs })
  return { at, cluster, given, produce, wait, ask }
}

const numbers = Array.from({ length: 200 }, (_, number) => String(number))

test('records that are there are read once', async () => {
  const { at, given, produce, wait } = await bench()
  await produce(...numbers)
  const found = await at.world.until(Promise.all(numbers.map(number => wait(number))))
  expect(found.map(({ value }) => value)).toEqual(numbers)
  expect(given.records).toBe(numbers.length)
})

test('records that come one by one are read once each', async () => {
  const { at, given, produce, wait } = await bench()
  const waits = Promise.all(numbers.map(number => wait(number, 60_000)))
  for (const number of numbers) {
    await produce(number)
    await at.world.runFor(5)
  }
  expect((await at.world.until(waits)).map(({ value }) => value)).toEqual(numbers)
  expect(given.records).toBe(numbers.length)
})

test('each is told at its own time, of all that was there', async () => {
  const { at, produce, wait } = await bench()
  await produce('a')
  const ended: string[] = []
  const told = [300, 20, 1].map(timeoutMs =>
    wait('none', timeoutMs).catch((error: Error) => ended.push(`${timeoutMs} ${error.message.split('\n')[1]!.trim()}`)),
  )
  await at.world.runFor(25)
  expect(ended.map(line => line.split(' ')[0])).toEqual(['1', '20'])
  await produce('b')
  await at.world.until(Promise.all(told))
  expect(ended[2]).toMatch(/^300 partition 0, offset 0: .*"a"$/)
})

test('whoever comes after a reset finds nothing of what was before, though others wait', async () => {
  const { at, cluster, produce, wait } = await bench()
  await produce('old')
  const first = wait('new')
  await at.world.runFor(50)
  await at.ask(cluster, 'reset', { keepTopics: true, keepGroups: false })
  const late = expect(wait('old', 100)).rejects.toThrow('No record was there.')
  await at.world.until(late)
  await produce('new')
  expect(await at.world.until(first)).toMatchObject({ value: 'new', offset: 1 })
})

test('a partition that there is not is told at the end of the time', async () => {
  const { at, ask } = await bench()
  await at.world.until(
    expect(firstRecord(ask, 'orders', { value: 1 }, { partition: 7, timeoutMs: 50 })).rejects.toThrow(
      'has no partition 7',
    ),
  )
})

test('what is not as it is wanted fails those who want it so', async () => {
  const { at, produce, wait, ask } = await bench()
  await produce('{', 'x')
  const asJson = firstRecord(ask, 'orders', { value: 'x' }, { as: 'json', timeoutMs: 100 })
  await at.world.until(expect(asJson).rejects.toThrow('JSON'))
  expect(await at.world.until(wait('x'))).toMatchObject({ value: 'x' })
})

test('each who is given a record has one of its own', async () => {
  const { at, produce, wait } = await bench()
  await produce('a')
  const [one, other] = await at.world.until(Promise.all([wait('a'), wait('a')]))
  expect(one).toEqual(other)
  expect(one).not.toBe(other)
})
