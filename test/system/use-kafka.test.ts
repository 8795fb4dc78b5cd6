import { type Hooks, useKafka } from '../../src/embedded/runners/use-kafka'

function runner(more: Pick<Hooks, 'running' | 'isWithin'> = {}) {
  const all: { [name: string]: (test?: string) => Promise<void> } = {}
  const named = (name: string) => (work: (test?: string) => Promise<void>) => void (all[name] = work)
  const hooks: Hooks = {
    ...more,
    beforeAll: named('beforeAll'),
    beforeEach: named('beforeEach'),
    afterEach: named('afterEach'),
    afterAll: named('afterAll'),
  }
  return { hooks, run: (name: string, test?: string) => all[name]?.(test) ?? Promise.resolve() }
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

test('what is put there before the first test is there in each of them', async () => {
  const { hooks, run } = runner()
  const kafka = useKafka(hooks, { topics: ['orders'], isolation: 'inline', log: 'silent' })
  // An async function may give it, wherever it is.
  expect(await Promise.resolve(kafka)).toBe(kafka)
  await run('beforeAll')
  await kafka.produce('orders', { value: 'seed' })
  for (const value of ['a', 'b']) {
    await run('beforeEach')
    await kafka.produce('orders', { value })
    expect((await kafka.records('orders')).map(record => record.value)).toEqual(['seed', value])
    await run('afterEach')
    expect(() => kafka.port).toThrow('while a test runs')
  }
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

const options = { topics: ['orders'], isolation: 'inline', log: 'silent' } as const

test('of tests that run at the same time the second is refused, and the first keeps its cluster', async () => {
  const { hooks, run } = runner()
  const kafka = useKafka(hooks, options)
  await run('beforeAll')
  const first = run('beforeEach', 'a')
  await expect(run('beforeEach', 'b')).rejects.toThrow("need useKafka({ scope: 'file' }), and a kafka.fork()")
  await first
  await run('afterEach', 'b')
  await kafka.produce('orders', { value: 'a' })
  await run('afterEach', 'a')
  await run('beforeEach', 'c')
  expect(await kafka.records('orders')).toEqual([])
  await run('afterEach', 'c')
  await run('afterAll')
})

test('tests within a test share its cluster', async () => {
  const { hooks, run } = runner({ isWithin: (test, other) => test.startsWith(`${other} > `) })
  const kafka = useKafka(hooks, options)
  await run('beforeAll')
  await run('beforeEach', 'a')
  await run('beforeEach', 'a > b')
  await kafka.produce('orders', { value: 'b' })
  await run('afterEach', 'a > b')
  expect(await kafka.records('orders')).toHaveLength(1)
  await run('afterEach', 'a')
  expect(() => kafka.port).toThrow('while a test runs')
  await run('afterAll')
})

test('a test that asks for the cluster of another one is refused', async () => {
  let asking: string | undefined
  const { hooks, run } = runner({ running: () => asking })
  const kafka = useKafka(hooks, options)
  await run('beforeAll')
  await run('beforeEach', 'a')
  expect(kafka.port).toBeGreaterThan(0)
  asking = 'a'
  expect(kafka.port).toBeGreaterThan(0)
  asking = 'b'
  expect(() => kafka.port).toThrow(
    '"b" asks for the cluster that useKafka gives to "a": tests that run at the same time',
  )
  asking = undefined
  await run('afterEach', 'a')
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
