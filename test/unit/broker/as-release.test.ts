/** What a broker that shows itself as an older release of Kafka serves and tells. */
import { handlers } from '../../../src/broker/apis/index'
import { featuresAs, handlersOf } from '../../../src/broker/as-release'
import { rangesOf } from '../../../src/broker/pipeline'
import { releaseFacts, releaseNames } from '../../../src/protocol/releases'
import { rangeOf } from '../../../src/protocol/versions'

const facts = (release: string) => releaseFacts(release)!
const ours = new Map(handlers.map(({ api, serves }) => [api.key, rangeOf(serves)]))

test('releases are known from the oldest to the newest', () => {
  expect(releaseNames[0]).toBe('2.0')
  expect(releaseNames.at(-1)).toBe('4.4')
  expect(releaseFacts('1.1')).toBeNull()
})

test.each(releaseNames)('%s: every API that both have, in exactly its versions', release => {
  const { apis } = facts(release)
  const advertised = new Map(rangesOf(handlersOf(facts(release), handlers)).map(range => [range.apiKey, range]))
  for (const [key, { min, max }] of apis) {
    const own = ours.get(key)
    if (own === undefined) expect(advertised.has(key)).toBe(false)
    else expect(advertised.get(key)).toEqual({ apiKey: key, minVersion: min, maxVersion: max })
  }
  expect([...advertised.keys()].filter(key => !apis.has(key))).toEqual([])
})

test('some facts that are written down elsewhere', () => {
  // KIP-482 came with 2.4, topic ids in Fetch with 3.1, and KIP-896 took the oldest versions away in 4.0.
  expect(facts('2.3').apis.get(18)).toEqual({ min: 0, max: 2 })
  expect(facts('2.4').apis.get(18)).toEqual({ min: 0, max: 3 })
  expect(facts('3.0').apis.get(1)!.max).toBe(12)
  expect(facts('3.1').apis.get(1)!.max).toBe(13)
  expect(facts('4.0').apis.get(1)!.min).toBe(4)
  expect(facts('2.8').apis.has(4)).toBe(true)
  expect(facts('3.3').apis.has(4)).toBe(false)
})

test('features are those of both', () => {
  const here = {
    supported: [
      { name: 'metadata.version', minVersion: 7, maxVersion: 33 },
      { name: 'transaction.version', minVersion: 0, maxVersion: 2 },
    ],
    finalized: [
      { name: 'metadata.version', minVersionLevel: 33, maxVersionLevel: 33 },
      { name: 'transaction.version', minVersionLevel: 1, maxVersionLevel: 1 },
    ],
    epoch: 5,
  }
  expect(featuresAs(facts('2.3'), here)).toEqual({ supported: [], finalized: [], epoch: -1 })
  expect(featuresAs(facts('2.8'), here)).toEqual({ supported: [], finalized: [], epoch: 0 })
  const shown = featuresAs(facts('4.0'), here)
  expect(shown.supported).toEqual([
    { name: 'metadata.version', minVersion: 7, maxVersion: 25 },
    { name: 'transaction.version', minVersion: 0, maxVersion: 2 },
  ])
  expect(shown.finalized).toEqual([
    { name: 'metadata.version', minVersionLevel: 25, maxVersionLevel: 25 },
    { name: 'transaction.version', minVersionLevel: 1, maxVersionLevel: 1 },
  ])
  expect(shown.epoch).toBe(5)
})
