/** Who may do what is asked of every API, but for those that a client needs before it can say who it is. */
import { handlers } from '../../src/broker/apis/index'
import { apis } from '../../src/protocol/messages/index'
import { rangeOf } from '../../src/protocol/versions'
import { sourcesIn } from './sources'

/**
 * Additions are decisions: what stands here anybody may ask. DescribeCluster says only what Metadata says to anybody, and those
 * that change a token ask who somebody is, not what he may do: it is his or it is not. Those of SASL come before it.
 */
const open = [
  'ApiVersions',
  'DescribeCluster',
  'ExpireDelegationToken',
  'GetTelemetrySubscriptions',
  'PushTelemetry',
  'RenewDelegationToken',
  'SaslAuthenticate',
  'SaslHandshake',
]

type Some = Pick<(typeof handlers)[number], 'api' | 'access' | 'serves' | 'entries' | 'refuseAll'>

const openIn = (some: readonly Some[]): string[] =>
  some
    .filter(({ access }) => access === 'open')
    .map(({ api }) => api.name)
    .sort()

/** APIs that serve what is not declared. */
const overreachingIn = (some: readonly Some[]): string[] =>
  some
    .filter(({ api, serves }) => {
      const [declared, served] = [rangeOf(api.versions), rangeOf(serves)]
      return !apis.includes(api) || served.min < declared.min || served.max > declared.max
    })
    .map(({ api }) => api.name)

/** APIs that ask for each of their entries, and have no reply for one that is refused. */
const unableIn = (some: readonly Some[]): string[] =>
  some
    .filter(({ access }) => access !== 'open' && access.some(rule => rule.each !== undefined))
    .filter(({ entries, refuseAll }) => !entries && !refuseAll)
    .map(({ api }) => api.name)

test('no API is open but those that are meant to be', () => {
  expect(openIn(handlers)).toEqual(open)
})

test('every handler serves versions that are declared, and no API has two handlers', () => {
  expect(overreachingIn(handlers)).toEqual([])
  expect(new Set(handlers.map(({ api }) => api.key)).size).toBe(handlers.length)
})

test('an API that asks for each of its entries can refuse each of them', () => {
  expect(unableIn(handlers)).toEqual([])
})

/** How a handler asks for leave by itself, or with the help of what it calls. */
const asks = /\baccess\b.*\.isAllowed|\baccess\.isAllowed|operationsOn|configDenial|sortCommits/

test('an API with rules of its own asks for leave in its own file', () => {
  const own = handlers.filter(({ access }) => access !== 'open' && access.some(rule => rule.own !== undefined))
  expect(own.length).toBeGreaterThan(0)
  const silent = own.filter(({ api }) => {
    const file = api.name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
    return !asks.test(sourcesIn('src/broker/apis').find(({ path }) => path.endsWith(`/${file}.ts`))!.text)
  })
  expect(silent.map(({ api }) => api.name)).toEqual([])
})

test('canary: a handler that breaks all of this is found', () => {
  const { entries, ...produce } = handlers.find(({ api }) => api.name === 'Produce')!
  expect(entries).toBeDefined()
  const { refuseAll: _, ...bare } = produce
  expect(openIn([{ ...bare, access: 'open' }])).toEqual(['Produce'])
  expect(overreachingIn([{ ...bare, serves: '0-99' }])).toEqual(['Produce'])
  const { entries: __, ...listOffsets } = handlers.find(({ api }) => api.name === 'ListOffsets')!
  expect(unableIn([listOffsets])).toEqual(['ListOffsets'])
})
