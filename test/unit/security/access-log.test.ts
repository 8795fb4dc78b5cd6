/** What the log tells of access: denials of what was asked for, within a bound; the rest to who wants to know everything. */
import type { CallConnection } from '../../../src/call/call'
import { lineLogger, type LogLevel } from '../../../src/platform/logger'
import { AccessControl } from '../../../src/security/access-control'
import { AccessLog } from '../../../src/security/access-log'

const noRules = { size: 0, get: () => undefined, entries: () => [] }

function opened(level: LogLevel, most = 60) {
  const lines: string[] = []
  const time = { ms: 0 }
  const logger = lineLogger(
    line => lines.push(line.replace(/^\S+ /, '')),
    () => 0,
    level,
  )
  const clock = { now: () => 0, monotonic: () => time.ms }
  const log = new AccessLog({ logger, clock, deniedPerMinute: () => most })
  const options = { superUsers: new Set(['User:root']), allowsWithoutAcl: false }
  const access = new AccessControl(() => noRules, options, log)
  const by = (principal: string) => ({
    principal: `User:${principal}`,
    apiKey: 1,
    connection: { remoteHost: '::1' } as CallConnection,
  })
  const drained = () => lines.splice(0)
  return { access, by, time, drained }
}

test('a denial of what was asked for, each time; nothing of what is allowed or left out', () => {
  const { access, by, drained } = opened('info')
  expect(access.isAllowed(by('ann'), 'READ', 'topic', 'my topic')).toBe(false)
  expect(access.isAllowed(by('ann'), 'READ', 'topic', 'my topic')).toBe(false)
  const line =
    'info  access-denied principal=User:ann operation=READ host=0:0:0:0:0:0:0:1 resource="Topic:LITERAL:my topic" request=Fetch'
  expect(drained()).toEqual([line, line])
  expect(access.wouldAllow(by('ann'), 'DESCRIBE', 'group', 'g')).toBe(false)
  expect(access.wouldAllowOnCluster(by('ann'), 'CREATE')).toBe(false)
  expect(access.isAllowed(by('root'), 'READ', 'topic', 'my topic')).toBe(true)
  expect(drained()).toEqual([])
})

test('who asks for debug hears of all, who asks for warnings of nothing', () => {
  const { access, by, drained } = opened('debug')
  access.isAllowed(by('root'), 'READ', 'topic', 't')
  access.wouldAllow(by('root'), 'READ', 'topic', 't')
  access.wouldAllow(by('ann'), 'DESCRIBE', 'group', 'g')
  expect(drained().map(line => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'debug access-allowed',
    'debug access-allowed',
    'debug access-denied',
  ])
  const silent = opened('warn')
  silent.access.isAllowed(silent.by('ann'), 'READ', 'topic', 't')
  expect(silent.drained()).toEqual([])
})

test('one principal fills so many lines in a minute, and is told of afterwards; others have lines of their own', () => {
  const { access, by, time, drained } = opened('info', 3)
  const asks = (principal: string) => access.isAllowed(by(principal), 'READ', 'topic', 't')
  for (let nth = 0; nth < 10; nth++) asks('ann')
  expect(drained()).toHaveLength(3)
  asks('bob')
  expect(drained()).toHaveLength(1)
  time.ms = 60_000
  asks('ann')
  expect(drained()).toEqual([
    'info  access-denied-untold principal=User:ann count=7',
    expect.stringContaining('access-denied principal=User:ann'),
  ])
  time.ms = 120_000
  asks('ann')
  expect(drained()).toHaveLength(1)
})

test('names of clients are cut, and give no orders to a terminal', () => {
  const { access, by, drained } = opened('info')
  access.isAllowed(by('ann'), 'READ', 'topic', `\u001b[2J\u009b${'x'.repeat(40_000)}`)
  const [line] = drained()
  expect(line!.length).toBeLessThan(500)
  expect(line).toContain('"Topic:LITERAL:\\u001b[2J\\u009bxxx')
})
