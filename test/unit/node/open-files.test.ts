/** What a node makes of the limit of open files. */
import { roomOf, tellFewFiles } from '../../../src/node/open-files'
import { silentLogger, type LogFields } from '../../../src/platform/logger'
import { sharesOf } from '../../../src/platform/open-files'
import type { Files } from '../../../src/platform/files'

function world(openMax: number) {
  const told: (LogFields & { event: string })[] = []
  const time = { nowMs: 0 }
  const warn = (event: string, fields: LogFields = {}) => void told.push({ event, ...fields })
  const platform = {
    files: { openMax } as Files,
    clock: { now: () => 0, monotonic: () => time.nowMs },
    logger: { ...silentLogger, warn },
  }
  return { platform, told, time }
}

test.each([128, 1000, 1024, 65_536, 1_048_576])('of %i files all shares are less than all', openMax => {
  for (const keepsLogs of [true, false]) {
    const { logs, connections } = sharesOf(openMax, keepsLogs)
    expect(logs).toBe(keepsLogs ? Math.min(4000, openMax / 2) : 0)
    expect(logs + connections).toBeLessThan(openMax - 23)
    expect(connections).toBeGreaterThan(openMax / 10)
  }
})

test('where nobody knows the limit there is none', () => {
  expect(sharesOf(Infinity)).toEqual({ logs: 4000, connections: Infinity })
})

test('of very few files some are for clients', () => {
  expect(sharesOf(40)).toEqual({ logs: 20, connections: 4 })
})

test('few files are told of at the start, with what to do', () => {
  const { platform, told } = world(1023)
  tellFewFiles(platform, true)
  expect(told).toEqual([
    {
      event: 'open-files-few',
      limit: 1023,
      why: expect.stringMatching(/464 connections.*511 partitions/),
      mend: expect.stringMatching(/ulimit -n.*LimitNOFILE=/),
    },
  ])
  tellFewFiles({ ...platform, files: world(1024).platform.files }, true)
  expect(told).toHaveLength(1)
  tellFewFiles(platform, false)
  expect(told[1]!['why']).not.toMatch(/partitions/)
})

test('connections that find no room make one line a minute', () => {
  const { platform, told, time } = world(128)
  const room = roomOf(platform, true)
  for (let port = 1; port <= 300; port++) room.refused({ host: '10.0.0.1', port })
  expect(told).toEqual([
    {
      event: 'connection-refused',
      client: '10.0.0.1:1',
      why: expect.stringMatching(/16 .* 128 /),
      mend: expect.anything(),
    },
  ])
  time.nowMs = 60_000
  room.refused({ host: '10.0.0.2', port: 1 })
  expect(told.slice(1).map(({ event, count }) => [event, count])).toEqual([
    ['connections-untold', 299],
    ['connection-refused', undefined],
  ])
})
