/**
 * Profiles: sets of defaults, the weakest layer of a broker's own settings. `prod` and `strict` behave as Apache Kafka
 * does; `dev` and `test` remove waits that only hurt on a laptop. What a profile says is listed in docs/differences.md.
 */

export const profiles = ['dev', 'test', 'strict', 'prod'] as const
export type Profile = (typeof profiles)[number]

export const isProfile = (name: string): name is Profile => (profiles as readonly string[]).includes(name)

type Settings = { readonly [key: string]: string }

/** What the `server.properties` that comes with Apache Kafka sets for a node that is alone. */
const alone: Settings = {
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
}

const noWaits: Settings = {
  'group.initial.rebalance.delay.ms': '0',
  'odradek.auto.create.ready.in.reply': 'true',
  'odradek.fetch.max.wait.ms.cap': '100',
  'odradek.group.evict.on.disconnect.ms': '250',
}

/**
 * A cluster for one test is made in a moment and costs little, so its internal topics have one partition instead of 50. A
 * client that is to stop waits for its last fetch, after every test.
 */
const small: Settings = {
  'odradek.fetch.max.wait.ms.cap': '15',
  'offsets.topic.num.partitions': '1',
  'transaction.state.log.num.partitions': '1',
}

const settings: { readonly [P in Profile]: Settings } = {
  dev: { ...alone, ...noWaits, 'odradek.flush': 'os', 'odradek.log.level': 'warn' },
  test: { ...alone, ...noWaits, ...small, 'odradek.flush': 'os', 'odradek.log.level': 'warn' },
  strict: { ...alone, 'odradek.flush': 'os', 'odradek.request.bytes.max': '-1' },
  prod: { ...alone, 'odradek.flush': 'group' },
}

/** Replicas that Kafka's own defaults ask for, of the topics that a broker makes for itself. */
const internalReplicas = 3

/** Keys of Apache Kafka and of ours with the text each profile gives them, in a cluster of so many brokers. */
export function profileSettings(profile: Profile, brokers: number): Settings {
  if (brokers === 1) return settings[profile]
  const replicas = String(Math.min(internalReplicas, brokers))
  const several: Settings = {
    ...settings[profile],
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'share.coordinator.state.topic.replication.factor': replicas,
  }
  if (profile === 'strict' || profile === 'prod') return several
  // A broker that stops takes nothing along, unless a topic asks for fewer replicas.
  const everywhere: Settings = { ...several, 'default.replication.factor': replicas }
  if (profile === 'dev') return everywhere
  // One for each broker, so that each of them coordinates something.
  const partitions = String(brokers)
  return {
    ...everywhere,
    'offsets.topic.num.partitions': partitions,
    'transaction.state.log.num.partitions': partitions,
  }
}

interface Profiled {
  readonly profile: Profile
  readonly statics: ReadonlyMap<string, string>
}

/** One line: the profile, and in what the settings as they are depart from Kafka's behaviour. */
export function profileWords({ profile, statics }: Profiled): string {
  const differences = [
    ['group.initial.rebalance.delay.ms', 'rebalance delay'],
    ['odradek.fetch.max.wait.ms.cap', 'fetch waits at most'],
    ['odradek.group.evict.on.disconnect.ms', 'lost members evicted after'],
  ] as const
  const said = differences
    .map(([key, words]) => [words, statics.get(key)] as const)
    .filter(([, text]) => text !== undefined && text !== '-1')
    .map(([words, text]) => `${words} ${text} ms`)
  return said.length === 0 ? `${profile}: waits as Apache Kafka does` : `${profile}: ${said.join(', ')}`
}
