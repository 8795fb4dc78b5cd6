/** What was found, in words: what is wrong, and what to do about it. */
import type { Address } from '../../platform/network'
import type { Seen, Trouble } from './look'

export interface Finding {
  /** `bootstrap`, `cluster`, `advertised`, `write`. */
  readonly check: string
  readonly ok: boolean
  readonly says: string
  /** Null where there is nothing to do. */
  readonly advice: string | null
}

export function textOf({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

const whatIsWrong: { readonly [T in Trouble]: (host: string) => string } = {
  refused: () => 'nobody listens there',
  'unknown-name': host => `the name ${host} is not known on this machine`,
  'no-answer': () => 'there is no answer: a firewall drops it, or the address is of another network',
  unreachable: () => 'it cannot be reached',
  tls: () => 'what listens there speaks TLS, and was asked without',
  http: () => 'what listens there is a web server (HTTP), not a Kafka broker',
  silent: () => 'somebody listens there and says nothing',
  closes: () => 'the connection is closed without an answer',
  'wants-authentication': () => 'a Kafka broker that wants to know who asks (SASL); this check has no name to give',
  'not-kafka': () => 'what listens there does not speak the protocol of Kafka',
}

const whatToDo: { readonly [T in Trouble]: string } = {
  refused:
    'Start the broker, or correct the port. In a container the port has to be published, and the broker to listen on 0.0.0.0.',
  'unknown-name':
    'Correct the name, or use the address of the machine. Names of containers are known to other containers only.',
  'no-answer': 'Open the port in the firewall, or use an address of a network that this machine is in.',
  unreachable: 'Correct the address, or connect this machine to that network.',
  tls: 'Give the address of a PLAINTEXT listener; clients of this one need security.protocol=SSL or SASL_SSL.',
  http: 'Give the port of the broker: 9092 by default.',
  silent: 'It may be another program, or a broker that is still starting or hangs: look at its log.',
  closes: 'A listener with TLS or for controllers does so, and a broker with as many connections as it allows.',
  'wants-authentication': 'Clients need security.protocol=SASL_PLAINTEXT or SASL_SSL, and their sasl.* settings.',
  'not-kafka': 'Give the address of a broker.',
}

export function bootstrapFinding(seen: Seen): Finding {
  const { address, trouble, detail, apis } = seen
  const check = 'bootstrap'
  if (trouble === null) {
    return { check, ok: true, says: `${textOf(address)} is a Kafka broker, with ${apis} APIs`, advice: null }
  }
  const says = `${textOf(address)}: ${whatIsWrong[trouble](address.host)}${reason(trouble, detail)}`
  return { check, ok: false, says, advice: whatToDo[trouble] }
}

const reason = (trouble: Trouble, detail: string): string =>
  trouble === 'unreachable' && detail !== '' ? ` (${detail})` : ''

/** Of a broker that tells clients to come to an address: `asked` is one at which it, or another, was reached. */
export function advertisedFinding(nodeId: number, seen: Seen, asked: Address, isAlone: boolean): Finding {
  const { address, trouble, detail } = seen
  const check = 'advertised'
  const who = `broker ${nodeId} sends clients to ${textOf(address)}`
  if (trouble === null) return { check, ok: true, says: `${who}, which is right from here`, advice: null }
  const says = `${who}, but from here ${whatIsWrong[trouble](address.host)}${reason(trouble, detail)}`
  return { check, ok: false, says, advice: advertiseAdvice(nodeId, seen, asked, isAlone) }
}

function advertiseAdvice(nodeId: number, { address, trouble }: Seen, asked: Address, isAlone: boolean): string {
  if (trouble === 'tls' || trouble === 'wants-authentication') return whatToDo[trouble]
  // Of several brokers another one may have been asked, so that nothing is known of the port of this one.
  const here = isAlone || asked.host !== address.host ? textOf(asked) : `${textOf(asked).replace(/\d+$/, '')}PORT`
  const local = isLoopback(address.host) && !isLoopback(asked.host)
  const why = local ? `${address.host} is this machine here, and another one where the broker runs. ` : ''
  const set = `On broker ${nodeId} set advertised.listeners=PLAINTEXT://${here}, with the port that it has from here`
  return `${why}${set}; odradek without it, or with --advertise auto, tells every client the address that it came by.`
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.')

export function otherCluster(nodeId: number, address: Address, there: string, expected: string): Finding {
  return {
    check: 'advertised',
    ok: false,
    says: `broker ${nodeId} sends clients to ${textOf(address)}, where cluster ${there} is, not ${expected}`,
    advice: `Two brokers say that they are at ${textOf(address)}. Give each its own advertised.listeners.`,
  }
}

export function clusterFinding(clusterId: string, brokers: readonly number[], controllerId: number): Finding {
  const check = 'cluster'
  const named = brokers.length === 1 ? `one broker, ${brokers[0]}` : `${brokers.length} brokers, ${brokers.join(', ')}`
  if (brokers.length === 0) {
    const says = `cluster ${clusterId} tells of no brokers`
    return {
      check,
      ok: false,
      says,
      advice: 'It is still starting, or all of its brokers are fenced: look at the log.',
    }
  }
  return { check, ok: true, says: `cluster ${clusterId} of ${named}; controller ${controllerId}`, advice: null }
}
