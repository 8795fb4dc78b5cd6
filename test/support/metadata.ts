/** Metadata over a store in memory, for tests of what stands on it. */
import { EmbeddedStore } from '../../src/metadata/store/embedded-store'
import { Metadata, type MetadataOptions } from '../../src/metadata/metadata'
import { silentLogger } from '../../src/platform/logger'
import { Dice } from '../../src/platform/simulated/dice'

export const testClock = { now: () => 1_700_000_000_000, monotonic: () => 0 }

/** One broker (1) of a new cluster; `statics` are lines of server.properties. */
export async function openMetadata(
  statics: { [name: string]: string } = {},
  options: Partial<MetadataOptions> = {},
): Promise<Metadata> {
  const random = options.random ?? new Dice('metadata')
  return Metadata.open({
    store: options.store ?? EmbeddedStore.inMemory(random),
    brokerId: 1,
    brokers: new Map([[1, { rack: null, endpoints: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 9092 }] }]]),
    statics: new Map(Object.entries(statics)),
    clock: testClock,
    random,
    logger: silentLogger,
    ...options,
  })
}

export const topicSpec = (name: string, numPartitions = 1, configs: { [name: string]: string | null } = {}) => ({
  name,
  numPartitions,
  replicationFactor: 1,
  assignments: [],
  configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
})
