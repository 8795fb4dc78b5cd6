/** `listeners` and `advertised.listeners`: at which addresses clients are served, by which protocol, and what they are told. */
import type { Address } from '../../platform/network'

export interface NamedListener extends Address {
  readonly name: string
}

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const
const servedProtocols = ['PLAINTEXT', 'SASL_PLAINTEXT'] as const
export type ListenerProtocol = (typeof servedProtocols)[number]

export interface ClientListener extends NamedListener {
  readonly protocol: ListenerProtocol
}

export interface ListenerTexts {
  readonly listeners: string
  /** `listener.security.protocol.map`; null when not given. */
  readonly protocolMap: string | null
  /** `controller.listener.names`; empty when not given. */
  readonly controllerNames: string
}

/** Reads `PLAINTEXT://:9092,CONTROLLER://[::1]:9093`; gives a sentence about what is wrong with it instead. */
export function parseListeners(text: string): readonly NamedListener[] | string {
  const listeners: NamedListener[] = []
  for (const entry of text.split(',').map(part => part.trim())) {
    const match = /^([A-Za-z0-9_.-]+):\/\/(?:\[([0-9a-fA-F:.%]+)\]|([^[\]:/]*)):(\d{1,5})$/.exec(entry)
    const port = Number(match?.[4])
    if (!match || port > 65_535) return `'${entry}' is not of the form NAME://host:port`
    const name = match[1]!.toUpperCase()
    if (listeners.some(other => other.name === name)) return `${name} is there twice; each listener has its own name`
    listeners.push({ name, host: match[2] ?? match[3]!, port })
  }
  return listeners
}

/** Those for clients, in their order, at least one; or a sentence that says what is wrong with them. */
export function clientListeners(texts: ListenerTexts): readonly ClientListener[] | string {
  const listeners = parseListeners(texts.listeners)
  if (typeof listeners === 'string') return listeners
  const map = protocolMapOf(texts.protocolMap)
  if (typeof map === 'string') return map
  const shared = listeners.find((one, at) => listeners.slice(at + 1).some(other => isShared(one, other, listeners)))
  if (shared) return `port ${shared.port} is that of several; each has its own, or one is of IPv4 and the other of IPv6`
  const controllers = words(texts.controllerNames).map(name => name.toUpperCase())
  const opened: ClientListener[] = []
  for (const listener of listeners.filter(({ name }) => !controllers.includes(name))) {
    const protocol = protocolOf(listener, map)
    if (!isServed(protocol)) return protocol
    opened.push({ ...listener, protocol })
  }
  return opened.length === 0 ? 'none of them is for clients' : opened
}

const isServed = (protocol: string): protocol is ListenerProtocol =>
  (servedProtocols as readonly string[]).includes(protocol)

/** One that is served, or a sentence that says why there is none. */
function protocolOf({ name }: NamedListener, map: ReadonlyMap<string, string> | null): string {
  const protocol = map === null ? protocols.find(each => each === name) : map.get(name)
  if (protocol === undefined) {
    return `nothing says of which protocol ${name} is; write listener.security.protocol.map=${name}:PLAINTEXT`
  }
  return isServed(protocol) ? protocol : `${name} is of ${protocol}, and served are ${servedProtocols.join(', ')}`
}

/** Null when not given: names are protocols then. */
function protocolMapOf(text: string | null): ReadonlyMap<string, string> | null | string {
  if (text === null) return null
  const map = new Map<string, string>()
  for (const pair of words(text)) {
    const [name = '', protocol = ''] = pair.split(':').map(word => word.trim().toUpperCase())
    if (!(protocols as readonly string[]).includes(protocol)) {
      return `listener.security.protocol.map has '${pair.trim()}', which is not of the form NAME:PROTOCOL (${protocols.join(', ')})`
    }
    map.set(name, protocol)
  }
  return map
}

const isV4 = (host: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(host)
const isV6 = (host: string): boolean => host.includes(':')

/** Whether two want the same port: not where each takes a free one (0), nor where they are of IPv4 and of IPv6. */
function isShared(one: NamedListener, other: NamedListener, all: readonly NamedListener[]): boolean {
  if (one.port === 0 || one.port !== other.port) return false
  const isPair = all.filter(({ port }) => port === one.port).length === 2
  return !isPair || !((isV4(one.host) && isV6(other.host)) || (isV6(one.host) && isV4(other.host)))
}

const words = (text: string): string[] => text.split(',').filter(word => word.trim() !== '')
