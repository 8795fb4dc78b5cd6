/**
 * Variables by which images of Apache Kafka are given broker configs. They are not read here: a program under test may have
 * some of them for a broker elsewhere. Who comes with a compose file for such an image is told so.
 */
import { configKey } from '../../metadata/config/keys'
import { dotted, type Environment, variableOfKey } from './sources'
import { listenerPrefix } from './sasl'

const shownMax = 5

/** One sentence, where some are set and their ODRADEK_ names are not. */
export function kafkaVariables(environment: Environment): string[] {
  const missed = Object.keys(environment)
    .sort()
    .flatMap(name => {
      const key = environment[name] === undefined ? null : keyOf(name)
      if (key === null || environment[variableOfKey(key)] !== undefined) return []
      return [{ name, meant: variableOfKey(key) }]
    })
  const [first] = missed
  if (!first) return []
  const shown = missed.slice(0, shownMax).map(({ name }) => name)
  const more = missed.length > shownMax ? ` and ${missed.length - shownMax} more` : ''
  return [
    `${shown.join(', ')}${more} (environment): these names are not read here. Write ${first.meant} for ${first.name}.`,
  ]
}

/** The broker config that a variable of such an image is about; those of another maker put CFG before it. */
function keyOf(name: string): string | null {
  const [, rest] = /^KAFKA_(?:CFG_)?([A-Z0-9_]+)$/.exec(name) ?? []
  if (rest === undefined) return null
  const key = dotted(rest)
  const isBroker = configKey('broker', key.replace(listenerPrefix, '')) !== null
  return isBroker && !ofClients.test(key) ? key : null
}

/** Clients have configs of these names too, and programs are given them by variables that begin in the same way. */
const ofClients =
  /^(sasl|ssl|metrics?|socket\.connection)\.|^(security\.providers|compression\.type|connections\.max\.idle\.ms|request\.timeout\.ms)$/
