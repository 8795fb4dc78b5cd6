/**
 * ListConfigResources (74): names of what has configs. v0: subscriptions to clients' metrics (KIP-714); v1: of any type
 * (KIP-1142).
 */
import { configResources, type ConfigResource } from '../../metadata/image/image'
import { Refusal } from '../../protocol/errors'
import { ListConfigResources } from '../../protocol/messages/list-config-resources'
import { type Broker, defineHandler } from '../broker'
import { resourceOf } from '../config-resources'

export const listConfigResources = defineHandler({
  api: ListConfigResources,
  serves: '0-1',
  access: [{ one: 'cluster', may: 'DESCRIBE_CONFIGS', named: () => 'kafka-cluster' }],
  refuseAll: (_request, errorCode) => ({ errorCode, configResources: [] }),

  handle(broker, { version }, { resourceTypes }) {
    const kinds = version === 0 ? (['clientMetrics'] as const) : kindsOf(resourceTypes)
    const found = [...new Set(kinds)].flatMap(kind =>
      namesOf(broker, kind).map(resourceName => ({ resourceName, resourceType: configResources[kind] })),
    )
    return { errorCode: 0, configResources: found }
  },
})

/** All kinds when none is named. Throws UNSUPPORTED_VERSION for one that nobody knows. */
function kindsOf(types: readonly number[]): readonly ConfigResource[] {
  if (types.length === 0) return Object.keys(configResources) as ConfigResource[]
  return types.map(type => {
    const kind = resourceOf(type)
    if (kind === null) throw new Refusal('UNSUPPORTED_VERSION')
    return kind
  })
}

/** Topics and brokers have configs whether or not any was set. */
function namesOf(broker: Broker, kind: ConfigResource): readonly string[] {
  const image = broker.image()
  switch (kind) {
    case 'topic':
      return Array.from(image.topics(), ({ name }) => name)
    case 'broker':
    case 'brokerLogger':
      return image.brokers().map(({ id }) => String(id))
    default:
      return image.overridden(kind)
  }
}
