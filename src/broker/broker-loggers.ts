/** The log level of a running broker, seen as Kafka shows loggers: there is one, `root`, with Kafka's names of levels. */
import type { LogLevel } from '../platform/logger'
import { entryOutcome, EntryFailure, succeeded, type EntryOutcome } from '../metadata/decision'
import { configSources } from '../metadata/config/layers'
import type { DescribedConfig } from '../metadata/config/describe-configs'
import type { Broker } from './broker'
import { idOf } from './config-resources'

const root = 'root'
/** Kafka's levels in the order in which it lists them; ours are fewer. */
const levels = new Map<string, LogLevel>([
  ['DEBUG', 'debug'],
  ['ERROR', 'error'],
  ['FATAL', 'error'],
  ['INFO', 'info'],
  ['TRACE', 'debug'],
  ['WARN', 'warn'],
])
const operationNames = ['SET', 'DELETE', 'APPEND', 'SUBTRACT']

interface LoggerChange {
  readonly name: string
  readonly configOperation: number
  readonly value: string | null
}

/** The loggers as DescribeConfigs tells them. */
export function describeLoggers(broker: Broker): DescribedConfig[] {
  return [
    {
      name: root,
      value: broker.logger.level.toUpperCase(),
      source: configSources.brokerLogger,
      readOnly: false,
      sensitive: false,
      synonyms: [],
      type: 0,
      about: '',
    },
  ]
}

/** Sets levels, all of them or none. */
export function alterLoggers(
  broker: Broker,
  resourceName: string,
  changes: readonly LoggerChange[],
  validateOnly: boolean,
): EntryOutcome {
  const id = idOf(resourceName)
  return entryOutcome(
    () => {
      const invalid = (why: string) => new EntryFailure('INVALID_REQUEST', why)
      if (id === null) throw invalid(`Node id must be an integer, but it is: ${resourceName}`)
      if (id !== broker.id) throw invalid(`Unexpected node id. Expected ${broker.id}, but received ${resourceName}`)
      for (const change of changes) checkChange(change)
      if (!validateOnly) for (const { value } of changes) broker.logger.level = levels.get(value!)!
      return succeeded
    },
    failure => failure,
  )
}

function checkChange({ name, configOperation, value }: LoggerChange): void {
  const operation = operationNames[configOperation] ?? `Unknown operation type ${configOperation}`
  if (operation !== 'SET' && operation !== 'DELETE') {
    const what = operationNames[configOperation] ? `${operation} operation` : operation
    throw new EntryFailure('INVALID_REQUEST', `${what} is not allowed for the BROKER_LOGGER resource`)
  }
  if (name !== root) throw new EntryFailure('INVALID_CONFIG', `Logger ${name} does not exist!`)
  if (operation === 'DELETE') {
    throw new EntryFailure('INVALID_REQUEST', 'Removing the log level of the root logger is not allowed')
  }
  if (levels.has(value!)) return
  const valid = `Valid log levels are ${[...levels.keys()].join(', ')}`
  const why = `Cannot set the log level of ${name} to ${value} as it is not a supported log level. ${valid}`
  throw new EntryFailure('INVALID_CONFIG', why)
}
