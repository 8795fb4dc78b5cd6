import { setup, teardown } from '../../../../src/embedded/runners/jest-run'

const before = { ...process.env }
afterEach(() => {
  process.env = { ...before }
})

test('a run begins with a broker that the environment names, and ends with it', async () => {
  await setup({}, { globals: { odradek: { topics: ['orders'], isolation: 'inline', log: 'silent' } } })
  expect(process.env['KAFKA_BROKERS']).toMatch(/^127\.0\.0\.1:\d+$/)
  expect(process.env['KAFKA_BOOTSTRAP_SERVERS']).toBe(process.env['KAFKA_BROKERS'])
  await teardown()
  await teardown()
})

test('a wrong option is told', async () => {
  await expect(setup({}, { globals: { odradek: { topic: ['orders'] } as never } })).rejects.toThrow(
    'Did you mean topics?',
  )
})
