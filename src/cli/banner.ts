/** What a broker says when it is ready: one screen for a person, or one line of JSON for a program. */
import type { ListenerConfig, NodeConfig } from '../node/config/config'
import { profileWords } from '../node/config/profiles'
import type { Address } from '../platform/network'
import { version } from '../platform/version'

/** A node that listens. */
export interface ReadyFacts {
  readonly config: NodeConfig
  /** Of the first listener. */
  readonly host: string
  readonly port: number
  /** In the order of the listeners. */
  readonly addresses: readonly Address[]
  /** Those of each node; there is one at least. */
  readonly nodes: readonly (readonly Address[])[]
  readonly clusterId: string
  readonly controlUrl: string | undefined
  readonly nodeId: number
  /** Since the process began. */
  readonly readyMs: number
  readonly pid: number
  /** Absolute; null in memory. */
  readonly dataDir: string | null
}

/**
 * `host:port` of each node at a listener, as a client is given it: an address that stands for every interface becomes one
 * that can be reached.
 */
function serversAt(nth: number, { config, nodes }: ReadyFacts): string {
  return nodes.map((addresses, node) => toldOf(config.listeners[nth]!, addresses[nth]!, node)).join(',')
}

/** A port that is told is that of the first node; each after it has the next one. */
function toldOf({ advertised }: ListenerConfig, { host, port }: Address, node: number): string {
  if (advertised) return hostPort(advertised.host, advertised.port ? advertised.port + node : port)
  return hostPort(isEverywhere(host) ? 'localhost' : host, port)
}

const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::' || host === ''

const hostPort = (host: string, port: number): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)

export function readyJson(facts: ReadyFacts): string {
  const { config, host, port, addresses, clusterId, controlUrl, nodeId, readyMs, pid, dataDir } = facts
  return JSON.stringify({
    event: 'ready',
    bootstrapServers: serversAt(0, facts),
    host,
    port,
    listeners: config.listeners.map(({ name, protocol }, nth) => ({ name, protocol, ...addressOf(addresses[nth]!) })),
    version,
    profile: config.profile,
    storage: dataDir === null ? 'memory' : 'directory',
    dataDir,
    flush: config.flush,
    clusterId,
    nodeId,
    controlUrl,
    pid,
    readyMs: Math.round(readyMs),
  })
}

export function banner(facts: ReadyFacts): string {
  const { config, clusterId, controlUrl, readyMs, pid, dataDir } = facts
  const rows: readonly (readonly [string, string])[] = [
    ...listenerRows(facts),
    ...(controlUrl === undefined ? [] : [['Control', controlUrl] as const]),
    ...storageRows(config, dataDir),
    ['Profile', profileWords(config)],
    ['Topics', autoCreates(config) ? 'created when first used' : 'created only when asked for'],
    ['Cluster', `${clusterId}, ${nodeWords(facts)}, pid ${pid}`],
    ['Stop', 'Ctrl-C or SIGTERM; a second one stops at once'],
  ]
  const lines = rows.map(([name, text]) => `  ${name.padEnd(9)}${text}`)
  return `\n  odradek ${version}  ready in ${Math.round(readyMs)} ms\n\n${lines.join('\n')}\n`
}

/** With its name where there are several, and its protocol where that is another word. */
function listenerRows(facts: ReadyFacts): [string, string][] {
  const { config, addresses } = facts
  return config.listeners.map((listener, nth) => {
    const { host, port } = addresses[nth]!
    const { name, protocol } = listener
    const words = name === protocol ? name : `${name}, ${protocol}`
    const own = addresses.length === 1 && listener.sasl === null ? '' : `   ${words}`
    const listening = isEverywhere(host) ? `   (every interface, port ${port})` : ''
    return [nth === 0 ? 'Kafka' : '', `${serversAt(nth, facts)}${own}${listening}`]
  })
}

const nodeWords = ({ nodeId, nodes }: ReadyFacts): string =>
  nodes.length === 1 ? `node ${nodeId}` : `nodes ${nodeId} to ${nodeId + nodes.length - 1}`

const addressOf = ({ host, port }: Address): Address => ({ host, port })

function storageRows(config: NodeConfig, dataDir: string | null): [string, string][] {
  if (dataDir === null) return [['Storage', 'memory: everything is lost on exit; keep it with --data-dir DIR']]
  const promise = { group: 'group: acknowledged means on disk', os: 'os: the operating system writes when it likes' }
  return [
    ['Storage', `files in ${dataDir}`],
    ['Flush', promise[config.flush]],
  ]
}

const autoCreates = ({ statics }: NodeConfig): boolean =>
  (statics.get('auto.create.topics.enable') ?? 'true').trim().toLowerCase() !== 'false'
