/** What settings must be like together, said with the lines that they stand in: Kafka's words name the keys at most. */
import { brokerValuesProblem } from '../../metadata/config/broker-values'
import { BrokerLayers, brokerSynonyms, type ConfigTexts } from '../../metadata/config/layers'
import type { Assignment } from './sources'

/** Where Kafka's words name no key, or say nothing of how a value is written. */
const unexplained: readonly (readonly [words: RegExp, keys: readonly string[], advice: string])[] = [
  [
    /^Unknown compression type id/,
    ['offsets.topic.compression.codec', 'share.coordinator.state.topic.compression.codec'],
    'Write 0 for none, 1 for gzip, 2 for snappy, 3 for lz4 or 4 for zstd.',
  ],
  [/^Disabling the 'classic' protocol/, ['group.coordinator.rebalance.protocols'], 'Leave classic in the list.'],
  [/^Error parsing configuration property/, [], 'Write ADDRESS:COUNT,ADDRESS:COUNT.'],
]

/** Null when all is well. `counting` is what somebody said, the weakest first; `texts` what comes of it. */
export function togetherProblem(texts: ConfigTexts, counting: readonly Assignment[]): string | null {
  const problem = brokerValuesProblem(new BrokerLayers(new Map(), new Map(), texts))
  if (problem === null) return null
  const [, keys = [], advice] = unexplained.find(([words]) => words.test(problem)) ?? []
  const named = new Set([...keys, ...(problem.match(/[a-z]+(?:\.[a-z]+)+/g) ?? [])].flatMap(brokerSynonyms))
  const said = new Map(counting.filter(({ key }) => named.has(key)).map(one => [one.key, one]))
  const lines = Array.from(said.values(), ({ key, text, origin }) => `${key}=${text} (${origin})`)
  const sentence = problem.replace(/^requirement failed: /, '').replace(/\.$/, '')
  const first = lines.length === 0 ? sentence : `${lines.join(', ')}: ${sentence}`
  return advice === undefined ? `${first}.` : `${first}. ${advice}`
}
