/** IncrementalAlterConfigs (44) sets, removes, appends and subtracts single keys (KIP-339). v1: flexible. */
import type { Call } from '../../call/call'
import type { AlterableResource, ConfigOperation, IncrementalAlteration } from '../../metadata/config/alter-configs'
import { failed, type EntryOutcome } from '../../metadata/decision'
import {
  IncrementalAlterConfigs,
  type IncrementalAlterConfigsRequest,
} from '../../protocol/messages/incremental-alter-configs'
import { type Broker, defineHandler } from '../broker'
import { alterLoggers } from '../broker-loggers'
import { brokerProblem, configDenial, listProblem, repeated, resourceOf } from '../config-resources'

type Resource = IncrementalAlterConfigsRequest['resources'][number]

const operations: readonly ConfigOperation[] = ['SET', 'DELETE', 'APPEND', 'SUBTRACT']

export const incrementalAlterConfigs = defineHandler({
  api: IncrementalAlterConfigs,
  serves: '0-1',
  access: [
    { own: 'topic', may: 'ALTER_CONFIGS' },
    { own: 'group', may: 'ALTER_CONFIGS' },
    { own: 'cluster', may: 'ALTER_CONFIGS' },
  ],
  entries: {
    request: 'resources',
    response: 'responses',
    refuse: (resource, errorCode) => told(resource, { errorCode, errorMessage: null }),
  },

  async handle(broker, call, { resources, validateOnly }) {
    const twice = repeated(resources)
    // Loggers are this process's own affair: they are done with here, the rest is metadata.
    const answered = resources.map(resource => answerHere(broker, call, resource, twice.has(resource), validateOnly))
    const left = resources.filter((_, at) => answered[at] === null)
    const outcomes = left.some(({ configs }) => configs.some(config => !operationOf(config)))
      ? left.map(() => failed('UNKNOWN_SERVER_ERROR'))
      : await broker.metadata.incrementalAlterConfigs(left.map(alteration), validateOnly)
    return { responses: resources.map((resource, at) => told(resource, answered[at] ?? outcomes.shift()!)) }
  },
})

const operationOf = ({ configOperation }: Resource['configs'][number]) => operations[configOperation]

/** What can be answered without the metadata: a loggers' resource, or a problem. Null for the rest. */
function answerHere(
  broker: Broker,
  call: Call,
  resource: Resource,
  twice: boolean,
  validateOnly: boolean,
): EntryOutcome | null {
  const { resourceType, resourceName, configs } = resource
  if (twice) return failed('INVALID_REQUEST', 'Each resource must appear at most once.')
  const problem = listProblem(configs, config => operationOf(config as Resource['configs'][number]) === 'DELETE')
  if (problem) return problem
  const denial = configDenial(broker, call, 'ALTER_CONFIGS', resource)
  switch (resourceOf(resourceType)) {
    case null:
      return failed('INVALID_REQUEST', `Unknown resource type ${resourceType}`)
    case 'brokerLogger':
      return denial ?? alterLoggers(broker, resourceName, configs, validateOnly)
    case 'broker': {
      const unknown = configs.find(config => !operationOf(config))
      return (
        denial ??
        brokerProblem(resourceName, broker.id) ??
        (unknown ? failed('INVALID_REQUEST', `Unknown operations type ${unknown.configOperation}`) : null)
      )
    }
    default:
      return denial
  }
}

function alteration({ resourceType, resourceName, configs }: Resource): IncrementalAlteration {
  return {
    resource: resourceOf(resourceType) as AlterableResource,
    name: resourceName,
    changes: configs.map(config => ({ name: config.name, operation: operationOf(config)!, value: config.value })),
  }
}

const told = ({ resourceType, resourceName }: Resource, outcome: EntryOutcome) => ({
  ...outcome,
  resourceType,
  resourceName,
})
