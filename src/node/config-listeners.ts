/** `listeners` and `advertised.listeners`: which of the addresses that a server.properties names is served here. */
import type { Address } from '../platform/network'

export interface NamedListener extends Address {
  readonly name: string
}

/** Reads `PLAINTEXT://:9092,CONTROLLER://[::1]:9093`; gives a sentence about what is wrong with it instead. */
export function parseListeners(text: string): readonly NamedListener[] | string {
  const listeners: NamedListener[] = []
  for (const entry of text.split(',').map(part => part.trim())) {
    if (entry === '') continue
    const match = /^([A-Za-z0-9_.-]+):\/\/(?:\[([0-9a-fA-F:.%]+)\]|([^[\]:/]*)):(\d{1,5})$/.exec(entry)
    const port = Number(match?.[4])
    if (!match || port > 65_535) return `'${entry}' is not of the form NAME://host:port`
    listeners.push({ name: match[1]!.toUpperCase(), host: match[2] ?? match[3]!, port })
  }
  return listeners
}

const servedProtocols = ['PLAINTEXT', 'SASL_PLAINTEXT'] as const
export type ListenerProtocol = (typeof servedProtocols)[number]

const isServed = (protocol: string): boolean => (servedProtocols as readonly string[]).includes(protocol)

export interface ListenerTexts {
  readonly listeners: string
  /** `listener.security.protocol.map` and `controller.listener.names`; empty when not given. */
  readonly protocolMap: string
  readonly controllerNames: string
}

export interface ChosenListener {
  readonly listener: NamedListener
  readonly protocol: ListenerProtocol
  /** Names of the other client listeners, which are not opened. */
  readonly others: readonly string[]
}

/** The first listener for clients of a protocol that is served; or a sentence that says why there is none. */
export function clientListener(texts: ListenerTexts): ChosenListener | string {
  const listeners = parseListeners(texts.listeners)
  if (typeof listeners === 'string') return listeners
  const protocols = new Map(
    words(texts.protocolMap).map(pair => pair.split(':').map(word => word.trim().toUpperCase()) as [string, string]),
  )
  const controllers = new Set(words(texts.controllerNames).map(name => name.toUpperCase()))
  const forClients = listeners.filter(({ name }) => !controllers.has(name))
  const protocolOf = ({ name }: NamedListener) => protocols.get(name) ?? name
  const listener = forClients.find(each => isServed(protocolOf(each)))
  if (!listener) return `none of them is for clients and of a protocol that is served: ${servedProtocols.join(', ')}`
  return {
    listener,
    protocol: protocolOf(listener) as ListenerProtocol,
    others: forClients.filter(other => other !== listener).map(({ name }) => name),
  }
}

const words = (text: string): string[] => text.split(',').filter(word => word.trim() !== '')
