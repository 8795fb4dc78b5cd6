import { Complaints } from '../../../../src/edge/kafka/complaints'
import { lineLogger } from '../../../../src/platform/logger'

test('a client that comes again and again is told of within a bound, and counted beyond it; others are told of', () => {
  const lines: string[] = []
  let nowMs = 0
  const logger = lineLogger(
    line => void lines.push(line.replace(/^\S+ /, '')),
    () => 0,
    'info',
  )
  const complaints = new Complaints({ logger, clock: { now: () => 0, monotonic: () => nowMs }, perMinute: () => 2 })
  for (let port = 1; port <= 1000; port++) complaints.about({ host: '10.0.0.1', port }, 'connection-closed', 'no')
  complaints.about({ host: '10.0.0.2', port: 1 }, 'authentication-failed', 'who is that')
  nowMs = 60_000
  complaints.about({ host: '10.0.0.1', port: 1001 }, 'connection-refused', 'too many')
  expect(lines).toEqual([
    'warn  connection-closed client=10.0.0.1:1 why=no',
    'warn  connection-closed client=10.0.0.1:2 why=no',
    'warn  authentication-failed client=10.0.0.2:1 why="who is that"',
    'warn  connections-untold host=10.0.0.1 count=998',
    'warn  connection-refused client=10.0.0.1:1001 why="too many"',
  ])
})
