import { type Hooks, useKafka } from '../../src/embedded/use-kafka'

function runner() {
  const all: { [name: string]: () => Promise<void> } = {}
  const named = (name: string) => (work: () => Promise<void>) => void (all[name] = work)
  const hooks: Hooks = {
    beforeAll: named('beforeAll'),
    beforeEach: named('beforeEach'),
    afterEach: named('afterEach'),
    afterAll: named('afterAll'),
  }
  return { hooks, run: (name: string) => all[name]?.() ?? Promise.resolve() }
}

test('each test has a cluster of its own, and outside of tests there is none', async () => {
  const { hooks, run } = runner()
  const kafka = useKafka(hooks, { topics: ['orders'], isolation: 'inline', log: 'silent' })
  expect(() => kafka.brokers).toThrow('while a test runs')
  await run('beforeAll')
  const ports: number[] = []
  for (const value of ['a', 'b']) {
    await run('beforeEach')
    await kafka.produce('orders', { value })
    expect((await kafka.records('orders')).map(record => record.value)).toEqual([value])
    ports.push(kafka.port)
    await run('afterEach')
    expect(() => kafka.port).toThrow('while a test runs')
  }
  expect(new Set(ports).size).toBe(2)
  await run('afterAll')
})

test('its clock and faults may be taken by their names, where tests are described', async () => {
  const { hooks, run } = runner()
  const { clock, faults } = useKafka(hooks, { topics: ['orders'], isolation: 'inline', log: 'silent' })
  expect(() => clock.now()).toThrow('while a test runs')
  await run('beforeAll')
  for (const year of [2030, 2040]) {
    await run('beforeEach')
    const at = new Date(`${year}-01-01`)
    await clock.freeze(at)
    expect(await clock.now()).toBe(at.getTime())
    expect(await (await faults.error('Produce', 'NOT_CONTROLLER')).hits()).toBe(0)
    await run('afterEach')
  }
  await run('afterAll')
})

test('or all of a file share one', async () => {
  const { hooks, run } = runner()
  const kafka = useKafka(hooks, { scope: 'file', isolation: 'inline' })
  await run('beforeAll')
  await run('beforeEach')
  await kafka.createTopics('orders')
  await run('afterEach')
  await run('beforeEach')
  await expect(kafka.createTopics('orders')).rejects.toMatchObject({ code: 'TOPIC_ALREADY_EXISTS' })
  await run('afterEach')
  await run('afterAll')
})

test('a wrong option is told at once', () => {
  expect(() => useKafka(runner().hooks, { topic: 'orders' } as never)).toThrow('Did you mean topics?')
  expect(() => useKafka(runner().hooks, { scope: 'tests' } as never)).toThrow("'test' or 'file', not 'tests'")
})
