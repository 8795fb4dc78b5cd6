/**
 * DescribeConfigs (32): the values in force and where they come from. v0: isDefault; v1: sources and synonyms (KIP-226);
 * v3: types and documentation (KIP-569); v4: flexible.
 */
import type { Call } from '../../call/call'
import { failed, succeeded, type EntryOutcome } from '../../metadata/decision'
import {
  describeBroker,
  describeBrokerDefaults,
  describeResource,
  type DescribedConfig,
} from '../../metadata/config/describe-configs'
import { topicNameProblem } from '../../metadata/topic-names'
import { DescribeConfigs, type DescribeConfigsRequest } from '../../protocol/messages/describe-configs'
import { describeLoggers } from '../broker-loggers'
import { type Broker, defineHandler } from '../broker'
import { configDenial, idOf, resourceOf } from '../config-resources'

type Resource = DescribeConfigsRequest['resources'][number]

const malformed =
  'This most likely occurs because of a request being malformed by the client library or the message was sent to an ' +
  'incompatible broker. See the broker logs for more details.'

export const describeConfigs = defineHandler({
  api: DescribeConfigs,
  serves: '0-4',
  access: [
    { own: 'topic', may: 'DESCRIBE_CONFIGS' },
    { own: 'group', may: 'DESCRIBE_CONFIGS' },
    { own: 'cluster', may: 'DESCRIBE_CONFIGS' },
  ],
  entries: {
    request: 'resources',
    response: 'results',
    refuse: (resource, errorCode) => refused(resource, { errorCode, errorMessage: null }),
  },

  handle(broker, call, request) {
    const { resources } = request
    if (resources.some(({ resourceType }) => resourceOf(resourceType) === null)) {
      // Kafka gives up on the whole request.
      const outcome = failed('INVALID_REQUEST', malformed)
      return { results: resources.map(resource => refused(resource, outcome)) }
    }
    return { results: resources.map(resource => describe(broker, call, resource, request)) }
  },
})

const refused = ({ resourceType, resourceName }: Resource, outcome: EntryOutcome) => ({
  ...outcome,
  resourceType,
  resourceName,
  configs: [],
})

function describe(broker: Broker, call: Call, resource: Resource, asked: DescribeConfigsRequest) {
  const problem = configDenial(broker, call, 'DESCRIBE_CONFIGS', resource) ?? problemOf(broker, resource)
  if (problem) return refused(resource, problem)
  const { resourceType, resourceName, configurationKeys } = resource
  const wanted = configurationKeys && configurationKeys.length > 0 ? new Set(configurationKeys) : null
  const isLogger = resourceOf(resourceType) === 'brokerLogger'
  return {
    errorCode: succeeded.errorCode,
    errorMessage: '',
    resourceType,
    resourceName,
    configs: configsOf(broker, resource)
      .filter(({ name }) => wanted === null || wanted.has(name))
      .map(config => ({
        name: config.name,
        value: config.value,
        readOnly: config.readOnly,
        configSource: config.source,
        isSensitive: config.sensitive,
        synonyms: asked.includeSynonyms
          ? config.synonyms.map(({ name, text, source }) => ({ name, value: text, source }))
          : [],
        configType: config.type,
        documentation: asked.includeDocumentation || isLogger ? config.about : null,
      })),
  }
}

function configsOf(broker: Broker, { resourceType, resourceName }: Resource): DescribedConfig[] {
  const kind = resourceOf(resourceType)!
  const { configs } = broker
  const overrides = broker.image().overrides(kind, resourceName)
  switch (kind) {
    case 'brokerLogger':
      return describeLoggers(broker)
    case 'broker':
      return resourceName === '' ? describeBrokerDefaults(overrides) : describeBroker(configs.layers())
    default:
      return describeResource(kind, configs.layers(), overrides)
  }
}

function problemOf(broker: Broker, { resourceType, resourceName }: Resource): EntryOutcome | null {
  const invalid = (why: string) => failed('INVALID_REQUEST', why)
  const kind = resourceOf(resourceType)!
  switch (kind) {
    case 'topic': {
      const problem = topicNameProblem(resourceName)
      if (problem !== null) return failed('INVALID_TOPIC_EXCEPTION', problem)
      return broker.image().topic(resourceName) ? null : failed('UNKNOWN_TOPIC_OR_PARTITION', '')
    }
    case 'broker':
    case 'brokerLogger': {
      const isLogger = kind === 'brokerLogger'
      if (resourceName === '') return isLogger ? invalid('Broker id must not be empty') : null
      const id = idOf(resourceName)
      if (id === null) return invalid(`Broker id must be an integer, but it is: ${resourceName}`)
      if (id === broker.id) return null
      const expected = isLogger ? `${broker.id} but` : `${broker.id} or empty string, but`
      return invalid(`Unexpected broker id, expected ${expected} received ${resourceName}`)
    }
    case 'group':
      return resourceName === '' ? invalid('Group name must not be empty') : null
    case 'clientMetrics':
      return resourceName === '' ? invalid('Client metrics subscription name must not be empty') : null
  }
}
