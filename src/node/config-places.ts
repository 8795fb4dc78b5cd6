/** From settings to where a node is: its address, what it tells clients, its data directory. */
import type { Address } from '../platform/network'
import { clientListener, type ListenerProtocol, parseListeners } from './config-listeners'
import type { Assignment } from './config-sources'

export const defaultAddress: Address = { host: '127.0.0.1', port: 9092 }

export interface Places {
  readonly listen: Address
  /** Its name in `listeners`. */
  readonly listener: string
  readonly protocol: ListenerProtocol
  readonly advertised: Address | null
  /** Listeners for clients that are not opened. */
  readonly others: readonly string[]
}

/** `layers` go from the weakest to the strongest. A flag for the port keeps the host that `listeners` gave. */
export function placesOf(layers: readonly Assignment[], problems: string[]): Places {
  let { host, port } = defaultAddress
  let name = 'PLAINTEXT'
  let protocol: ListenerProtocol = 'PLAINTEXT'
  let others: readonly string[] = []
  for (const one of layers) {
    if (one.isPlace && one.key === 'host') host = one.text.trim()
    else if (one.isPlace && one.key === 'port') port = portOf(one, problems) ?? port
    else if (one.key === 'listeners') {
      const chosen = clientListener({
        listeners: one.text,
        protocolMap: last(layers, 'listener.security.protocol.map'),
        controllerNames: last(layers, 'controller.listener.names'),
      })
      if (typeof chosen === 'string') problems.push(`listeners=${one.text} (${one.origin}): ${chosen}.`)
      else {
        ;({ host, port, name } = chosen.listener)
        ;({ others, protocol } = chosen)
      }
    }
  }
  return { listen: { host, port }, listener: name, protocol, advertised: advertisedOf(layers, name, problems), others }
}

function advertisedOf(layers: readonly Assignment[], name: string, problems: string[]): Address | null {
  const given = layers.findLast(({ key }) => key === 'advertised.listeners' || key === 'odradek.advertise')
  if (!given) return null
  if (given.key === 'odradek.advertise') return advertiseOf(given, problems)
  const listeners = parseListeners(given.text)
  if (typeof listeners === 'string') {
    problems.push(`advertised.listeners=${given.text} (${given.origin}): ${listeners}.`)
    return null
  }
  const mine = listeners.find(listener => listener.name === name)
  if (mine?.host === '0.0.0.0') {
    problems.push(`advertised.listeners=${given.text} (${given.origin}): clients cannot connect to 0.0.0.0.`)
  }
  return mine && mine.host !== '' ? { host: mine.host, port: mine.port } : null
}

/** Port 0 where there is none. */
function advertiseOf({ text, origin }: Assignment, problems: string[]): Address | null {
  if (text.trim() === 'auto') return null
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^[\]:/\s]+))(?::(\d{1,5}))?$/.exec(text.trim())
  const host = match?.[1] ?? match?.[2] ?? ''
  const port = Number(match?.[3] ?? 0)
  const isWrong = host === '' || host === '0.0.0.0' || host === '::' || port > 65_535
  if (isWrong) problems.push(`${origin} takes auto, HOST or HOST:PORT that clients can connect to, not '${text}'.`)
  return isWrong ? null : { host, port }
}

function portOf({ text, origin }: Assignment, problems: string[]): number | null {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text.trim()) && port <= 65_535) return port
  problems.push(`${origin} takes a port from 0 to 65535 (0 picks a free one), not '${text}'.`)
  return null
}

/** Null for a node in memory. `log.dirs` in Kafka's sense, of which one is served. */
export function dataDirOf(layers: readonly Assignment[], problems: string[]): string | null {
  const given = layers.findLast(({ key }) => key === 'log.dirs' || key === 'log.dir')
  if (!given) return null
  const dirs = given.origin === '--data-dir' ? [given.text] : given.text.split(',').map(dir => dir.trim())
  const named = dirs.filter(dir => dir !== '')
  if (named.length === 1) return named[0]!
  const wrong =
    named.length === 0 ? 'names no directory' : `names ${named.length} directories, and one is served so far`
  problems.push(`${given.key}=${given.text} (${given.origin}) ${wrong}.`)
  return null
}

function last(layers: readonly Assignment[], key: string): string {
  return layers.findLast(one => one.key === key)?.text ?? ''
}
