/** From settings to where a node is: its addresses, what it tells clients, its data directory. */
import type { Address } from '../../platform/network'
import { type ClientListener, clientListeners, type ListenerProtocol, parseListeners } from './listeners'
import type { Assignment } from './sources'

export const defaultAddress: Address = { host: '127.0.0.1', port: 9092 }

/** Where clients of one kind come in. */
export interface ListenerPlace {
  /** As in `listeners`. */
  readonly name: string
  readonly protocol: ListenerProtocol
  /** Where to listen. An empty host is every interface, port 0 a free one. */
  readonly listen: Address
  /** What clients are told, port 0 for the one that they reached; null when they are told by the way they came. */
  readonly advertised: Address | null
}

/**
 * `layers` go from the weakest to the strongest. Flags for host and port are about the first listener. Of so many brokers each
 * takes the port after that of the one before it.
 */
export function placesOf(
  layers: readonly Assignment[],
  problems: string[],
  brokers: number,
): readonly [ListenerPlace, ...ListenerPlace[]] {
  const before = problems.length
  let [first, ...others] = usualListener(layers, problems)
  for (const one of layers) {
    if (one.isPlace && one.key === 'host') {
      const host = one.text.trim()
      if (host === '')
        problems.push(`${one.origin} is empty. Give an address, such as 127.0.0.1; 0.0.0.0 is every interface.`)
      first = { ...first, host }
    } else if (one.isPlace && one.key === 'port') first = { ...first, port: portOf(one, problems) ?? first.port }
    else if (one.key === 'listeners') {
      const listeners = listenersOf(one.text, layers)
      if (typeof listeners === 'string') problems.push(`listeners=${one.text} (${one.origin}): ${listeners}.`)
      else [first, ...others] = listeners
    }
  }
  const taken = others.find(({ port }) => port !== 0 && port === first.port && isFlagged(layers))
  if (taken) problems.push(`port ${first.port} is that of the listener ${taken.name} as well.`)
  const names = [first, ...others].map(({ name }) => name)
  // Where it is not known which listeners there are, nothing can be said of names.
  const isKnown = problems.length === before
  if (isKnown) checkInterBroker(layers, names, problems)
  const advertised = isKnown ? advertisedOf(layers, names, problems) : new Map<string, Address>()
  const placeOf = ({ name, protocol, host, port }: ClientListener): ListenerPlace => ({
    name,
    protocol,
    listen: { host, port },
    advertised: advertised.get(name) ?? null,
  })
  const places = [placeOf(first), ...others.map(placeOf)] as const
  if (brokers > 1) checkRanges(places, brokers, problems)
  return places
}

type ClientListeners = readonly [ClientListener, ...ClientListener[]]

/** Or a sentence that says what is wrong with them. */
function listenersOf(listeners: string, layers: readonly Assignment[]): ClientListeners | string {
  const opened = clientListeners({
    listeners,
    protocolMap: layers.findLast(({ key }) => key === 'listener.security.protocol.map')?.text ?? null,
    controllerNames: last(layers, 'controller.listener.names'),
  })
  return typeof opened === 'string' ? opened : (opened as readonly ClientListener[] as ClientListeners)
}

/** The one where none is given. What is said of its name holds as of any: it may ask clients who they are. */
function usualListener(layers: readonly Assignment[], problems: string[]): ClientListeners {
  const plain: ClientListeners = [{ name: 'PLAINTEXT', protocol: 'PLAINTEXT', ...defaultAddress }]
  if (layers.some(({ key }) => key === 'listeners')) return plain
  const text = `PLAINTEXT://${defaultAddress.host}:${defaultAddress.port}`
  const listeners = listenersOf(text, layers)
  if (typeof listeners !== 'string') return listeners
  problems.push(`listeners is not given, so that it is ${text}: ${listeners}.`)
  return plain
}

/** Ports are counted up from those that are given: none of them may be that of another listener, or none at all. */
function checkRanges(places: readonly ListenerPlace[], brokers: number, problems: string[]): void {
  const listened = places.map(({ name, listen }) => ({ name, what: 'listens at', ...listen }))
  const told = places.flatMap(({ name, advertised }) => (advertised ? [{ name, what: 'tells', ...advertised }] : []))
  for (const all of [listened, told]) {
    const given = all.filter(({ port }) => port !== 0)
    for (const [nth, { name, what, host, port }] of given.entries()) {
      const last = port + brokers - 1
      const range = `with ${brokers} nodes ${name} ${what} the ports from ${port} to ${last}`
      if (last > 65_535) problems.push(`${range}, and 65535 is the last that there is. Give a lower one.`)
      const isNear = (other: Address) =>
        other.port !== port && Math.abs(other.port - port) < brokers && isSameHost(other.host, host)
      const near = given.slice(nth + 1).find(isNear)
      if (near) problems.push(`${range}, of which some are those of ${near.name}. Give ports that are further apart.`)
    }
  }
}

/** An empty host is every interface. */
const isSameHost = (one: string, other: string): boolean =>
  one === other || [one, other].some(host => ['', '0.0.0.0', '::'].includes(host))

const isFlagged = (layers: readonly Assignment[]): boolean => layers.some(one => one.isPlace && one.key === 'port')

/** Brokers have nothing to tell each other here; what names no listener of clients is a mistake all the same. */
function checkInterBroker(layers: readonly Assignment[], names: readonly string[], problems: string[]): void {
  const named = layers.findLast(({ key, text }) => key === 'inter.broker.listener.name' && text.trim() !== '')
  const protocol = layers.findLast(({ key }) => key === 'security.inter.broker.protocol')
  // A protocol stands for the listener that has its name.
  const given = named ?? protocol
  if (!given) return
  const where = `${given.key}=${given.text} (${given.origin})`
  if (!names.includes(given.text.trim().toUpperCase())) {
    problems.push(`${where} is none of the listeners for clients: ${names.join(', ')}.`)
  }
  if (named && protocol) {
    problems.push(`${where} and security.inter.broker.protocol (${protocol.origin}) exclude one another.`)
  }
}

/** By listener; those that are not in it are told by the way that clients came. */
function advertisedOf(
  layers: readonly Assignment[],
  names: readonly string[],
  problems: string[],
): ReadonlyMap<string, Address> {
  const given = layers.findLast(({ key }) => key === 'advertised.listeners' || key === 'odradek.advertise')
  if (!given) return new Map()
  if (given.key === 'odradek.advertise') {
    const address = advertiseOf(given, problems)
    // A port is that of one listener; a host may be that of all.
    const told = address?.port === 0 ? names : names.slice(0, 1)
    return new Map(address ? told.map(name => [name, address]) : [])
  }
  const wrong = (why: string) => problems.push(`advertised.listeners=${given.text} (${given.origin}): ${why}.`)
  const listeners = parseListeners(given.text)
  if (typeof listeners === 'string') {
    wrong(listeners)
    return new Map()
  }
  const controllers = new Set(
    last(layers, 'controller.listener.names')
      .toUpperCase()
      .split(/[\s,]+/),
  )
  const strange = listeners.find(({ name }) => !names.includes(name) && !controllers.has(name))
  if (strange) wrong(`${strange.name} is none of the listeners for clients, which are ${names.join(', ')}`)
  if (listeners.some(({ host }) => host === '0.0.0.0'))
    wrong('clients cannot connect to 0.0.0.0; write a name or an address that they reach')
  const inter = last(layers, 'inter.broker.listener.name').trim().toUpperCase()
  if (names.includes(inter) && !listeners.some(({ name }) => name === inter)) {
    wrong(`${inter}, which inter.broker.listener.name names, is not there`)
  }
  return new Map(listeners.flatMap(({ name, host, port }) => (host === '' ? [] : [[name, { host, port }] as const])))
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
  const dirs = given.isWhole ? [given.text] : given.text.split(',').map(dir => dir.trim())
  const named = dirs.filter(dir => dir !== '')
  if (named.length === 1) return named[0]!
  const wrong =
    named.length === 0 ? 'names no directory' : `names ${named.length} directories, and one is served so far; write one`
  problems.push(`${given.key}=${given.text} (${given.origin}) ${wrong}.`)
  return null
}

function last(layers: readonly Assignment[], key: string): string {
  return layers.findLast(one => one.key === key)?.text ?? ''
}
