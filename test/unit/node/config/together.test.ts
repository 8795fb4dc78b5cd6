import { ConfigRefused, readConfig } from '../../../../src/node/config/config'

function problemsOf(file: string): readonly string[] {
  try {
    const readFile = () => Buffer.from(file)
    readConfig({ flags: { config: 'server.properties' }, environment: {}, readFile, defaultProfile: 'strict' })
  } catch (error) {
    if (error instanceof ConfigRefused) return error.problems
    throw error
  }
  return []
}

test.each([
  [
    'log.retention.hours=0',
    'log.retention.hours=0 (server.properties:1): log.retention.ms must be unlimited (-1) or, greater than or equal to 1.',
  ],
  [
    'log.cleaner.dedupe.buffer.size=1\nlog.cleaner.dedupe.buffer.size=4194304\nlog.cleaner.threads=4',
    'log.cleaner.dedupe.buffer.size=4194304 (server.properties:2): log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.',
  ],
  [
    'offsets.topic.compression.codec=7',
    'offsets.topic.compression.codec=7 (server.properties:1): Unknown compression type id: 7. Write 0 for none, 1 for gzip, 2 for snappy, 3 for lz4 or 4 for zstd.',
  ],
  [
    'group.coordinator.rebalance.protocols=consumer',
    "group.coordinator.rebalance.protocols=consumer (server.properties:1): Disabling the 'classic' protocol is not supported. Leave classic in the list.",
  ],
  [
    'max.connections.per.ip.overrides=127.0.0.1',
    "max.connections.per.ip.overrides=127.0.0.1 (server.properties:1): Error parsing configuration property 'max.connections.per.ip.overrides': begin 0, end -1, length 9. Write ADDRESS:COUNT,ADDRESS:COUNT.",
  ],
])('%s is refused with the line that it stands in', (file, says) => {
  expect(problemsOf(file)).toEqual([says])
})

test('of listeners that are refused nothing else is said', () => {
  const file = 'listeners=A://:1,\nlistener.security.protocol.map=A:PLAINTEXT\ninter.broker.listener.name=A'
  expect(problemsOf(file)).toEqual([expect.stringMatching(/^Configuration 'listeners' values must not be empty/)])
})
