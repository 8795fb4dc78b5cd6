/** The layers under a config value: who said it last, and what each of them said. Texts only; `configs.ts` gives them types. */
import type { ConfigKey } from './key'
import { configKey, isSensitive, staticKey } from './keys'
import { listenerKey, runtimeKey } from './listener-keys'
import { isProblem, parseConfigValue } from './value'

/** Where a value comes from, with the numbers that DescribeConfigs gives them. */
export const configSources = {
  topic: 1,
  dynamicBroker: 2,
  dynamicDefault: 3,
  static: 4,
  default: 5,
  brokerLogger: 6,
  clientMetrics: 7,
  group: 8,
} as const

export interface ConfigOrigin {
  readonly name: string
  readonly text: string | null
  readonly source: number
}

export type ConfigTexts = ReadonlyMap<string, string>

/** Broker keys that answer for one another, the finest unit first; a key without such is its own only name. */
export function brokerSynonyms(name: string): readonly string[] {
  return configKey('broker', name)?.synonyms ?? [name]
}

/** The names that are told of under a key: under that of one listener, what all listeners have stands as well. */
function namesBeneath(name: string): readonly string[] {
  const base = listenerKey(name)?.base
  return base === undefined ? brokerSynonyms(name) : [name, base]
}

/** The layers of one broker: what its own id was given, what all brokers were given, what its file says. */
export class BrokerLayers {
  readonly #layers: readonly { readonly texts: ConfigTexts; readonly source: number }[]
  readonly #effective: Map<string, string>

  constructor(perBroker: ConfigTexts, clusterWide: ConfigTexts, statics: ConfigTexts) {
    this.#layers = [
      { texts: perBroker, source: configSources.dynamicBroker },
      { texts: clusterWide, source: configSources.dynamicDefault },
      { texts: statics, source: configSources.static },
    ]
    this.#effective = new Map(statics)
    for (const dynamic of [clusterWide, perBroker]) {
      for (const [name, text] of dynamic) {
        // A dynamic value silences the other names of the same thing, however fine their unit.
        for (const synonym of brokerSynonyms(name)) this.#effective.delete(synonym)
        this.#effective.set(name, text)
      }
    }
  }

  /** As they would be with other dynamic texts of one broker, or ('') of all. */
  changed(resource: string, texts: ConfigTexts): BrokerLayers {
    const [perBroker, clusterWide, statics] = this.#layers.map(layer => layer.texts)
    return resource === ''
      ? new BrokerLayers(perBroker!, texts, statics!)
      : new BrokerLayers(texts, clusterWide!, statics!)
  }

  /** The text in force for a key of the broker or of our own; null when it is unset. */
  effective(name: string): string | null {
    return this.#effective.get(name) ?? staticKey(name)?.default ?? null
  }

  /** Whether any layer but the defaults speaks of the key or of another name for it. */
  isSet(name: string): boolean {
    return this.#layers.some(layer => layer.texts.has(name))
  }

  /** Keys that some layer above the defaults speaks of. */
  named(): Iterable<string> {
    return this.#effective.keys()
  }

  /**
   * What every layer says of a key and its other names, the strongest first, beginning at the key's own name: Kafka
   * leaves out what other names say in stronger layers. Texts of sensitive keys are null.
   */
  origins(name: string): ConfigOrigin[] {
    const all: ConfigOrigin[] = []
    const key = runtimeKey(name)
    const shown = (text: string) => (key === null || isSensitive(key) ? null : text)
    const names = namesBeneath(name)
    for (const { texts, source } of this.#layers) {
      for (const synonym of names) {
        const text = texts.get(synonym)
        if (text !== undefined) all.push({ name: synonym, text: shown(text), source })
      }
    }
    for (const synonym of names) {
      const text = configKey('broker', synonym)?.default ?? null
      if (text !== null) all.push({ name: synonym, text: shown(text), source: configSources.default })
    }
    const own = all.findIndex(origin => origin.name === name)
    return own < 0 ? [] : all.slice(own)
  }

  /** The value a topic or group key has when its own resource says nothing, in the key's own unit, and who says it. */
  inherited(name: string, key: ConfigKey): ConfigOrigin {
    for (const synonym of key.synonyms ?? []) {
      const text = this.effective(synonym)
      if (text === null) continue
      const source = this.#layers.find(layer => layer.texts.has(synonym))?.source ?? configSources.default
      return { name: synonym, text: inUnitOf(name, synonym, text), source }
    }
    return { name, text: key.default, source: configSources.default }
  }
}

/** `log.retention.hours=2` is `retention.ms=7200000`. */
function inUnitOf(name: string, synonym: string, text: string): string {
  const factor = synonym.endsWith('.hours') ? 3_600_000n : synonym.endsWith('.minutes') ? 60_000n : 1n
  if (factor === 1n || !name.endsWith('.ms') || !/^\s*[+-]?\d+\s*$/.test(text)) return text
  return String(BigInt(text.trim().replace('+', '')) * factor)
}

/** A value's text as Kafka shows it; what cannot be read is shown as it stands. */
export function shownText(name: string, key: ConfigKey, text: string | null): string | null {
  if (text === null || isSensitive(key)) return null
  const parsed = parseConfigValue(name, key, text)
  return isProblem(parsed) ? text : parsed.text
}
