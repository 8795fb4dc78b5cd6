/** What the config of a topic as a whole must be like; single values are `value.ts`'s concern. */
import { camelName } from './key'
import { configKey, configKeys } from './keys'
import type { ConfigTexts } from './layers'
import { isProblem, parseConfigValue, type AnyConfigValue } from './value'
import type { Configs } from './configs'
import { EntryFailure } from '../decision'

/**
 * Refuses configs that a topic cannot have, in Kafka's order: unknown names, then values in the order of the table,
 * then values that contradict each other. Throws EntryFailure.
 */
export function checkTopicConfigs(configs: Configs, overrides: ConfigTexts): void {
  for (const name of overrides.keys()) {
    if (!configKey('topic', name)) throw new EntryFailure('INVALID_CONFIG', `Unknown topic config name: ${name}`)
  }
  const values = new Map<string, AnyConfigValue>()
  for (const [name, key] of Object.entries(configKeys.topic)) {
    const text = overrides.get(name)
    if (text === undefined) continue
    const parsed = parseConfigValue(name, key, text)
    if (isProblem(parsed)) throw new EntryFailure('INVALID_CONFIG', parsed.error)
    values.set(name, parsed.value)
  }
  const defaults = configs.topicDefaults() as unknown as { readonly [name: string]: AnyConfigValue }
  const valueOf = (name: keyof typeof configKeys.topic) => values.get(name) ?? defaults[camelName(name)]
  const [least, most] = [valueOf('min.compaction.lag.ms') as number, valueOf('max.compaction.lag.ms') as number]
  if (least > most) {
    const conflict = `min.compaction.lag.ms (${least}) > max.compaction.lag.ms (${most})`
    throw new EntryFailure('INVALID_CONFIG', `conflict topic config setting ${conflict}`)
  }
  if (valueOf('remote.storage.enable') === true) {
    const disabled = 'Tiered Storage functionality is disabled in the broker.'
    throw new EntryFailure('INVALID_CONFIG', `${disabled} Topic cannot be configured with remote log storage.`)
  }
}
