/**
 * The settings of one node, from everywhere they may be given. Weakest first: the profile, the file of `--config`, the
 * environment, `--set`, flags. Every key is one of `metadata/config/keys.ts`; a key nobody knows is refused, and so is a
 * value that the key does not take.
 */
import { type ConfigTexts, brokerSynonyms } from '../../metadata/config/layers'
import type { LogLevel } from '../../platform/logger'
import { checkAssignments } from './check'
import { kafkaVariables } from './kafka-variables'
import { dataDirOf, type ListenerPlace, placesOf } from './places'
import { keysOfSasl, listenerPrefix, type SaslConfig, saslOf } from './sasl'
import { togetherProblem } from './together'
import { type Profile, isProfile, profileSettings } from './profiles'
import {
  type Assignment,
  type Flags,
  type Voice,
  configPath,
  environmentAssignments,
  fileAssignments,
  flagAssignments,
  setAssignments,
} from './sources'

export type FlushMode = 'group' | 'os'

export interface ListenerConfig extends ListenerPlace {
  /** Null where nobody is asked who he is. */
  readonly sasl: SaslConfig | null
}

/** What `startNode` is given. */
export interface NodeConfig {
  readonly profile: Profile
  /** Where clients come in, in the order of `listeners`. Flags of one address are about the first. */
  readonly listeners: readonly [ListenerConfig, ...ListenerConfig[]]
  /** What clients from outside of our container are told, where that is known. */
  readonly external: { readonly host: string | null; readonly port: number | null }
  /** Null keeps everything in memory, and nothing when the process ends. */
  readonly dataDir: string | null
  readonly flush: FlushMode
  readonly logLevel: LogLevel
  /** The release of Apache Kafka whose APIs and versions are served; null serves all there are. */
  readonly asVersion: string | null
  /** Null when nobody asked for one: then it is what the data directory says, or else `defaultNodeId`. */
  readonly nodeId: number | null
  /** The cluster that the data directory must belong to; null takes any, and makes one up for a new directory. */
  readonly clusterId: string | null
  /** Broker keys with the texts that they have, the profile's among them: the static layer under dynamic configs. */
  readonly statics: ConfigTexts
}

export const defaultNodeId = 1

export interface ConfigSources {
  readonly flags: Flags
  readonly environment: { readonly [name: string]: string | undefined }
  /** Reads a whole file; throws ErrnoException. */
  readonly readFile: (path: string) => Buffer
  readonly defaultProfile: Profile
  /** How many brokers of the cluster there are in this process; one when left out. */
  readonly brokers?: number
  /** Whether `flags` came from a command line, which is usual. */
  readonly voice?: Voice
}

export interface ConfigAnswer {
  readonly config: NodeConfig
  /** One sentence each: what was accepted and does nothing here. */
  readonly warnings: readonly string[]
}

/** Settings that cannot be used. Each problem is a sentence: what, where it was said, and what to write instead. */
export class ConfigRefused extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** Throws ConfigRefused with all that is wrong, not only the first. */
export function readConfig(sources: ConfigSources): ConfigAnswer {
  const problems: string[] = []
  const { brokers = 1 } = sources
  const said = collect(sources, problems)
  const { counting, warnings } = checkAssignments(said, problems, brokers)
  warnings.push(...kafkaVariables(sources.environment))
  const named = counting.findLast(({ key }) => key === 'odradek.profile')?.text.trim() ?? sources.defaultProfile
  const profile = isProfile(named) ? named : sources.defaultProfile
  const layers = [...profileLayer(profile, brokers), ...counting]
  // Of listeners that are refused already nothing else is said: the default's would stand in for them.
  const hasListeners = ({ key }: Assignment) => key === 'listeners'
  const areRefused = said.some(hasListeners) && !counting.some(hasListeners)
  const places = placesOf(layers, areRefused ? [] : problems, brokers)
  const dataDir = dataDirOf(layers, problems)
  const flush = counting.findLast(({ key }) => key === 'odradek.flush')
  if (dataDir === null && flush?.text.trim() === 'group')
    warnings.push(`odradek.flush=group (${flush.origin}) does nothing in memory. Give a directory with --data-dir.`)
  const texts = merged(layers)
  const listenerOf = (place: ListenerPlace): ListenerConfig => ({
    ...place,
    sasl: place.protocol === 'SASL_PLAINTEXT' ? saslOf(place.name, texts, problems) : null,
  })
  const [first, ...others] = places
  const listeners: NodeConfig['listeners'] = [listenerOf(first), ...others.map(listenerOf)]
  warnings.push(...strangersIn(counting, listeners), ...unaskedIn(counting, listeners))
  const [id, formerId] = ['node.id', 'broker.id'].map(key => texts.get(key)?.trim())
  if (id !== undefined && formerId !== undefined && Number(id) !== Number(formerId)) {
    problems.push(`node.id=${id} and broker.id=${formerId} are two names of the same id. Leave broker.id out.`)
  }
  const together = problems.length === 0 ? togetherProblem(texts, counting) : null
  if (together !== null) problems.push(together)
  if (problems.length > 0) throw new ConfigRefused(problems)

  const nodeId = Number(texts.get('node.id') ?? texts.get('broker.id') ?? -1)
  const config: NodeConfig = {
    profile,
    listeners,
    external: externalOf(texts),
    dataDir,
    flush: texts.get('odradek.flush')!.trim() as FlushMode,
    logLevel: (texts.get('odradek.log.level') ?? 'info').trim() as LogLevel,
    asVersion: texts.get('odradek.as.version')?.trim() ?? null,
    nodeId: nodeId < 0 ? null : nodeId,
    clusterId: texts.get('odradek.cluster.id')?.trim() ?? null,
    statics: withPlaces(texts, { profile, listeners, dataDir }),
  }
  return { config, warnings }
}

function externalOf(texts: ConfigTexts): NodeConfig['external'] {
  const port = texts.get('odradek.external.port')?.trim()
  return { host: texts.get('odradek.external.host')?.trim() || null, port: port ? Number(port) : null }
}

/** All that was said, the weakest first. */
function collect({ flags, environment, readFile, voice }: ConfigSources, problems: string[]): Assignment[] {
  const path = configPath(flags, environment)
  return [
    ...(path === undefined ? [] : fileAssignments(path, readFile, problems)),
    ...environmentAssignments(environment, problems),
    ...setAssignments(flags.set ?? [], problems, voice),
    ...flagAssignments(flags, voice),
  ]
}

const profileLayer = (profile: Profile, brokers: number): Assignment[] =>
  Object.entries(profileSettings(profile, brokers)).map(([key, text]) => ({ key, text, origin: `profile ${profile}` }))

/** One text a key. Other names of the same thing (`log.retention.hours`) give way to a stronger layer's. */
function merged(layers: readonly Assignment[]): Map<string, string> {
  const texts = new Map<string, string>()
  const origins = new Map<string, string>()
  for (const { key, text, origin, isPlace } of layers) {
    if (isPlace) continue
    const layer = layerOf(origin)
    for (const other of brokerSynonyms(key)) {
      if (other !== key && origins.get(other) !== layer) texts.delete(other)
    }
    texts.set(key, text)
    origins.set(key, layer)
  }
  return texts
}

/** Lines of one file are one layer, variables of the environment another. */
const layerOf = (origin: string): string => origin.replace(/:\d+$/, ':').replace(/^ODRADEK_.*/, 'environment')

/** What is said of listeners that there are not. */
function strangersIn(counting: readonly Assignment[], listeners: readonly ListenerConfig[]): string[] {
  const names = listeners.map(({ name }) => name.toLowerCase())
  return counting.flatMap(({ key, origin }) => {
    const name = listenerNamed(key)
    if (name === null || names.includes(name)) return []
    // As in Kafka, which looks for them by small letters.
    const isLarge = names.includes(name.toLowerCase())
    return [
      isLarge
        ? `${key} (${origin}) does nothing: write listener.name.${name.toLowerCase()}, in small letters.`
        : `${key} (${origin}) is of a listener that is not there.`,
    ]
  })
}

const listenerNamed = (key: string): string | null => /^listener\.name\.([^.]+)\./.exec(key)?.[1] ?? null

/** What is said of logins where no listener asks for any: whoever wrote it may believe that nobody comes in without. */
function unaskedIn(counting: readonly Assignment[], listeners: readonly ListenerConfig[]): string[] {
  const isOfSasl = ({ key }: Assignment) => keysOfSasl.has(key.replace(listenerPrefix, ''))
  return counting.filter(isOfSasl).flatMap(({ key, origin }) => {
    const named = listenerNamed(key)
    const meant = listeners.filter(({ name }) => named === null || name.toLowerCase() === named)
    if (meant.length === 0 || meant.some(({ sasl }) => sasl !== null)) return []
    const names = meant.map(({ name }) => name).join(', ')
    return [`${key} (${origin}) does nothing: ${names} asks nobody for a login. SASL_PLAINTEXT does.`]
  })
}

/** What a Kafka's server.properties says of a node's place, so that those who describe configs see it. */
function withPlaces(
  texts: Map<string, string>,
  { profile, listeners, dataDir }: Pick<NodeConfig, 'profile' | 'listeners' | 'dataDir'>,
): ConfigTexts {
  texts.set('odradek.profile', profile)
  const opened = listeners.map(({ name, listen: { host, port } }) => {
    const address = host.includes(':') ? `[${host}]` : host
    return `${name}://${address}:${port}`
  })
  const given = texts.get('listeners')?.toUpperCase()
  if (given === undefined || !opened.every(one => given.includes(one.toUpperCase()))) {
    texts.set('listeners', opened.join(','))
  }
  texts.delete('log.dir')
  if (dataDir !== null) texts.set('log.dirs', dataDir)
  return texts
}
