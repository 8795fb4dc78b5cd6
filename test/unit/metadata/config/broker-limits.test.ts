/** What an Apache Kafka 4.4 says of numbers that contradict each other; `npm run oracle -- --starts` asks it for more of them. */
import { brokerValuesProblem } from '../../../../src/metadata/config/broker-values'
import { BrokerLayers } from '../../../../src/metadata/config/layers'
import { pairsOf, pairsProblem } from '../../../../src/metadata/config/pairs'

function problem(...lines: readonly string[]): string | null {
  const texts = new Map(lines.map(line => line.split('=') as [string, string]))
  return brokerValuesProblem(new BrokerLayers(new Map(), new Map(), texts))
}

const wait = 'replica.fetch.wait.max.ms'

test.each([
  [
    'group.consumer.heartbeat.interval.ms=7',
    'group.consumer.heartbeat.interval.ms must be greater than or equal to group.consumer.min.heartbeat.interval.ms',
  ],
  [
    'group.share.session.timeout.ms=2147483647',
    'group.share.session.timeout.ms must be less than or equal to group.share.max.session.timeout.ms',
  ],
  [
    'group.streams.max.session.timeout.ms=7',
    'group.streams.max.session.timeout.ms must be greater than or equal to group.streams.min.session.timeout.ms',
  ],
  [
    'group.share.record.lock.duration.ms=1000',
    'group.share.record.lock.duration.ms must be greater than or equal to group.share.min.record.lock.duration.ms',
  ],
  [
    'group.share.max.share.sessions=7',
    'group.share.max.share.sessions must be greater than or equal to group.share.max.size',
  ],
  [
    'group.streams.num.standby.replicas=7',
    'group.streams.num.standby.replicas must be less than or equal to group.streams.max.standby.replicas',
  ],
  [
    'replica.socket.timeout.ms=0',
    `requirement failed: replica.socket.timeout.ms should always be at least ${wait} to prevent unnecessary socket timeouts`,
  ],
  [
    'replica.lag.time.max.ms=0',
    `requirement failed: ${wait} should always be less than or equal to replica.lag.time.max.ms to prevent frequent changes in ISR`,
  ],
  [
    'queued.max.request.bytes=7',
    'requirement failed: queued.max.request.bytes must be larger or equal to socket.request.max.bytes',
  ],
  [
    'connections.max.idle.ms=100',
    'requirement failed: connection.failed.authentication.delay.ms=100 should always be less than connections.max.idle.ms=100 to prevent failed authentication responses from timing out',
  ],
  ['offsets.topic.compression.codec=7', 'Unknown compression type id: 7'],
  ['share.coordinator.state.topic.compression.codec=-1', 'Unknown compression type id: -1'],
  ['group.coordinator.rebalance.protocols=consumer', "Disabling the 'classic' protocol is not supported."],
  [
    'group.streams.rack.aware.assignment.tags=a, a',
    'group.streams.rack.aware.assignment.tags must not contain duplicate tag keys.',
  ],
  ['log.cleaner.threads=0', 'log.cleaner.threads must be greater than or equal to 1'],
  [
    'max.connections.per.ip.overrides=127.0.0.1:5, ,localhost:1',
    "Error parsing configuration property 'max.connections.per.ip.overrides': begin 0, end -1, length 0",
  ],
])('%s', (line, why) => {
  expect(problem(line)).toBe(why)
})

test.each([
  ['connections.max.idle.ms=101'],
  ['connections.max.idle.ms=-1', 'connection.failed.authentication.delay.ms=5000'],
  ['queued.max.request.bytes=5', 'socket.request.max.bytes=5'],
  ['queued.max.request.bytes=-1'],
  ['group.streams.max.standby.replicas=0', 'group.streams.num.standby.replicas=0'],
  [],
])('%s is well', (...lines) => {
  expect(problem(...lines)).toBeNull()
})

test('pairs are read as Java reads them', () => {
  expect(pairsOf('k', ' a:1 , b:c:2,, ')).toEqual([
    ['a', '1'],
    ['b:c', '2'],
  ])
  expect(pairsOf('k', ' ')).toEqual([])
  expect(pairsOf('k', ',a:1')).toBe("Error parsing configuration property 'k': begin 0, end -1, length 0")
  expect(pairsProblem('k', 'a:x', text => /^\d+$/.test(text))).toBe(
    'Error parsing configuration property \'k\': For input string: "x"',
  )
})
