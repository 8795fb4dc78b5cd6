/** AlterConfigs (33) replaces everything that was set on a resource; IncrementalAlterConfigs (KIP-339) came after it. */
import type { Call } from '../../call/call'
import type { AlterableResource, Replacement } from '../../metadata/config/alter-configs'
import { failed, type EntryOutcome } from '../../metadata/decision'
import { AlterConfigs, type AlterConfigsRequest } from '../../protocol/messages/alter-configs'
import { type Broker, defineHandler } from '../broker'
import { brokerProblem, configDenial, listProblem, repeated, resourceOf } from '../config-resources'

type Resource = AlterConfigsRequest['resources'][number]

export const alterConfigs = defineHandler({
  api: AlterConfigs,
  serves: '0-2',
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
    const problems = resources.map(resource => problemOf(broker, call, resource, twice.has(resource)))
    const sound = resources.filter((_, at) => problems[at] === null)
    const outcomes = await broker.metadata.alterConfigs(sound.map(replacement), validateOnly)
    return { responses: resources.map((resource, at) => told(resource, problems[at] ?? outcomes.shift()!)) }
  },
})

function problemOf(broker: Broker, call: Call, resource: Resource, twice: boolean): EntryOutcome | null {
  const { resourceType, resourceName, configs } = resource
  if (twice) return failed('INVALID_REQUEST', 'Each resource must appear at most once.')
  const problem = listProblem(configs, () => false)
  if (problem) return problem
  const kind = resourceOf(resourceType)
  if (kind === null || kind === 'brokerLogger')
    return failed('INVALID_REQUEST', `Unknown resource type ${resourceType}`)
  const denial = configDenial(broker, call, 'ALTER_CONFIGS', resource)
  return denial ?? (kind === 'broker' ? brokerProblem(resourceName, broker.id) : null)
}

function replacement({ resourceType, resourceName, configs }: Resource): Replacement {
  return {
    resource: resourceOf(resourceType) as AlterableResource,
    name: resourceName,
    configs: new Map(configs.map(({ name, value }) => [name, value!])),
  }
}

const told = ({ resourceType, resourceName }: Resource, outcome: EntryOutcome) => ({
  ...outcome,
  resourceType,
  resourceName,
})
