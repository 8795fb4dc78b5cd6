/** Where settings are said: a file, the environment, `--set`, flags. Each becomes assignments that remember their origin. */
import { configKey, configKeys, staticKey } from '../../metadata/config/keys'
import { nearestNames } from '../../platform/nearest'
import { parseProperties } from './properties'
import { listenerPrefix } from './sasl'

/** A config key, or a place: `host` and `port` of the listener, which are finer than Kafka's `listeners`. */
export interface Assignment {
  readonly key: string
  readonly text: string
  /** As a person finds it again: `server.properties:12`, `--set`, `ODRADEK_PORT`. */
  readonly origin: string
  readonly isPlace?: true
  /** Its commas are part of a name. */
  readonly isWhole?: true
}

/** Flags come from a command line, or from a program that calls them options; who is told of them is told by that name. */
export type Voice = 'flags' | 'options'

const options = {
  host: 'host',
  port: 'port',
  'data-dir': 'dir of storage',
  advertise: 'advertise',
  profile: 'profile',
  'as-version': 'asVersion',
  flush: 'fsync of storage',
  'log-level': 'log',
  set: 'config',
} as const

const spoken = (flag: keyof typeof options, voice: Voice): string =>
  voice === 'flags' ? `--${flag}` : `${options[flag]} of startBroker`

/** What the command line said; a flag that was not given is left out. */
export interface Flags {
  readonly port?: string
  readonly host?: string
  readonly advertise?: string
  readonly dataDir?: string
  readonly profile?: string
  readonly asVersion?: string
  readonly config?: string
  readonly flush?: string
  readonly logLevel?: string
  /** The `key=value` texts of `--set`, in their order. */
  readonly set?: readonly string[]
}

export type Place = 'host' | 'port'

/** Said in one place, finer keys after coarser ones: the later wins. */
const coarse = new Set(['listeners', 'log.dir', 'broker.id'])
const finerLast = (assignments: readonly Assignment[]): Assignment[] => [
  ...assignments.filter(({ key }) => coarse.has(key)),
  ...assignments.filter(({ key }) => !coarse.has(key)),
]

/** Adds to `problems` when the file cannot be read. */
export function fileAssignments(path: string, readFile: (path: string) => Buffer, problems: string[]): Assignment[] {
  if (/(^|[/\\])odradek\.config\.\w+$/.test(path)) {
    problems.push(
      `${path} is for the setups of jest and vitest. Here a server.properties is read, as num.partitions=3.`,
    )
    return []
  }
  let text: string
  try {
    // The mark that some editors put before a text says nothing.
    text = readFile(path)
      .toString('latin1')
      .replace(/^\xef\xbb\xbf/, '')
  } catch (error) {
    problems.push(`${path} cannot be read: ${reasons[codeOf(error)] ?? codeOf(error)}.`)
    return []
  }
  try {
    return finerLast(
      parseProperties(text).map(({ key, value, line }) => ({ key, text: value, origin: `${path}:${line}` })),
    )
  } catch (error) {
    problems.push(`${path}: ${(error as Error).message}.`)
    return []
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)
const reasons: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file',
  EACCES: 'permission is denied',
  EISDIR: 'it is a directory',
}

export function setAssignments(set: readonly string[], problems: string[], voice: Voice = 'flags'): Assignment[] {
  const assignments: Assignment[] = []
  const origin = spoken('set', voice)
  for (const text of set) {
    const equals = text.indexOf('=')
    if (equals < 1) problems.push(`${origin} ${text}: give key=value, such as ${origin} num.partitions=3.`)
    else assignments.push({ key: text.slice(0, equals).trim(), text: text.slice(equals + 1), origin })
  }
  return finerLast(assignments)
}

export function flagAssignments(flags: Flags, voice: Voice = 'flags'): Assignment[] {
  const place = (key: Place, text: string | undefined): Assignment[] =>
    text === undefined ? [] : [{ key, text, origin: spoken(key, voice), isPlace: true }]
  const own = (key: string, text: string | undefined, flag: keyof typeof options): Assignment[] =>
    text === undefined ? [] : [{ key, text, origin: spoken(flag, voice) }]
  return [
    ...place('host', flags.host),
    ...place('port', flags.port),
    ...own('log.dirs', flags.dataDir, 'data-dir').map(one => ({ ...one, isWhole: true as const })),
    ...own('odradek.advertise', flags.advertise, 'advertise'),
    ...own('odradek.profile', flags.profile, 'profile'),
    // Also as Kafka's tools tell their own.
    ...own('odradek.as.version', flags.asVersion?.replace(/^(\d+\.\d+)\.\d+$/, '$1'), 'as-version'),
    ...own('odradek.flush', flags.flush, 'flush'),
    ...own('odradek.log.level', flags.logLevel, 'log-level'),
  ]
}

const prefix = 'ODRADEK_'
const short: { readonly [name: string]: Pick<Assignment, 'key' | 'isPlace'> } = {
  ODRADEK_HOST: { key: 'host', isPlace: true },
  ODRADEK_PORT: { key: 'port', isPlace: true },
  ODRADEK_DATA_DIR: { key: 'log.dirs' },
}
/** Read by `configPath`, before anything else. */
const configName = 'ODRADEK_CONFIG'

export type Environment = { readonly [name: string]: string | undefined }

/** The path of the file to read: a flag's, the environment's, or none. */
export function configPath(flags: Flags, environment: Environment): string | undefined {
  return flags.config ?? (environment[configName] || undefined)
}

/**
 * `ODRADEK_LOG_RETENTION_MS` is `log.retention.ms`: `_` stands for a dot, `__` for `_`, `___` for `-`, as in Apache
 * Kafka's own images. What begins with `odradek.` is found without that word too, as ODRADEK_FLUSH. Names that are no
 * key are problems. A short name that is set to nothing, as compose files do, counts as not set.
 */
export function environmentAssignments(environment: Environment, problems: string[]): Assignment[] {
  const long: Assignment[] = []
  const shorts: Assignment[] = []
  for (const [name, text] of Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!name.startsWith(prefix) || text === undefined || name === configName) continue
    if (isServiceLink(name, text)) continue
    const place = short[name]
    if (place) {
      if (text !== '') shorts.push({ ...place, text, origin: name })
      continue
    }
    const key = keyOfVariable(name.slice(prefix.length))
    if (staticKey(key.replace(listenerPrefix, '')) !== null) long.push({ key, text, origin: name })
    else problems.push(unknownVariable(name, key))
  }
  return [...finerLast(long), ...shorts]
}

/** A key of a broker as the environment writes it, without what comes before it in the name. */
export const dotted = (name: string): string =>
  name.toLowerCase().replace(/_{1,3}/g, run => ({ 1: '.', 2: '_', 3: '-' })[run.length]!)

function keyOfVariable(name: string): string {
  const key = dotted(name)
  const own = `odradek.${key}`
  return configKey('broker', key) === null && configKey('odradek', own) !== null ? own : key
}

/** The name by which the environment gives a key. */
export function variableOfKey(key: string): string {
  const escapes: { readonly [character: string]: string } = { '.': '_', _: '__', '-': '___' }
  return (
    prefix +
    key
      .replace(/^odradek\./, '')
      .replace(/[._-]/g, character => escapes[character]!)
      .toUpperCase()
  )
}

/** What Kubernetes puts into every pod when a service is called odradek; ODRADEK_PORT is then an address. */
const serviceLink = /(_SERVICE_HOST|_SERVICE_PORT(_\w+)?|_PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)$/
const isServiceLink = (name: string, text: string): boolean =>
  serviceLink.test(name) || (name.endsWith('_PORT') && /^(tcp|udp):\/\//.test(text))

function unknownVariable(name: string, key: string): string {
  const keys = [...Object.keys(configKeys.broker), ...Object.keys(configKeys.odradek)]
  const [near] = nearestNames([...Object.keys(short), configName, ...keys.map(variableOfKey)], name, 1)
  return `${name} is set, but there is no config key '${key}'. ${near ? `Did you mean ${near}?` : 'Unset it.'}`
}
