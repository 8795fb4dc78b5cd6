/** Which address a client is told: what was set, or by the way it came. */
import type { CallConnection } from '../call/call'
import type { Files } from '../platform/files'
import type { ListenerConfig, NodeConfig } from './config/config'

/** Where a container is told of by those who run it: Docker, Podman. */
const marks = ['/.dockerenv', '/run/.containerenv']
const routes = '/proc/net/route'

type Told = Pick<ListenerConfig, 'advertised'> & Pick<NodeConfig, 'external'>

/**
 * The address from which those come who use a port that was published: null outside of containers, and where nobody can
 * be let in from outside, since the broker listens on the loopback.
 */
export function gatewayOf(
  files: Pick<Files, 'stat' | 'readFile'>,
  listeners: readonly Pick<ListenerConfig, 'listen'>[],
): string | null {
  if (listeners.every(({ listen }) => isLoopback(listen.host)) || !marks.some(path => files.stat(path) !== null))
    return null
  try {
    return defaultGateway(files.readFile(routes).toString('latin1'))
  } catch {
    return null
  }
}

/** Of Linux's table: the interface, a destination and its gateway, both as the bytes of an address in hex, last first. */
function defaultGateway(table: string): string | null {
  const rows = table.split('\n').map(line => line.split('\t'))
  const gateway = rows.find(([, destination]) => destination === '00000000')?.[2] ?? ''
  return /^[0-9A-F]{8}$/i.test(gateway) ? [...Buffer.from(gateway, 'hex').reverse()].join('.') : null
}

/** What the listener tells by which a client came. A published port can only be told of the first. */
export function toldBy({ listeners, external }: NodeConfig, name: string): Told {
  const [first] = listeners
  const listener = listeners.find(one => one.name === name) ?? first
  return { advertised: listener.advertised, external: listener === first ? external : { ...external, port: null } }
}

/** The port of the first broker, where one was set; null where each is told by that at which it listens. */
interface ToldAddress {
  readonly host: string
  readonly port: number | null
}

export function toldTo(
  { advertised, external }: Told,
  connection: CallConnection,
  gateway: string | null,
): ToldAddress {
  const { localHost: host, remoteHost } = connection
  if (advertised) return { host: advertised.host, port: advertised.port || null }
  const from = remoteHost.replace(/^::ffff:/i, '')
  const isOutside = gateway !== null && from === gateway
  // A forwarder may stand beside the broker; without a word of where it leads, the way that the client came is as good.
  const isForwarded = gateway !== null && isLoopback(from) && (external.host !== null || external.port !== null)
  if (!isOutside && !isForwarded) return { host, port: null }
  return { host: external.host ?? 'localhost', port: external.port }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.')
