/** Pairs of a broker's numbers of which one bounds the other, with what Kafka says where they contradict each other. */
import type { BrokerLayers } from './layers'

type Pair = readonly [name: string, is: 'at least' | 'at most', bound: string]

/** The least and the most that single groups may ask for, and what they have that ask for nothing. */
const withinLimits = (kind: string, ...names: readonly string[]): Pair[] =>
  names.flatMap(name => {
    const [least, own, most] = [`group.${kind}.min.${name}`, `group.${kind}.${name}`, `group.${kind}.max.${name}`]
    return [
      [most, 'at least', least],
      [own, 'at least', least],
      [own, 'at most', most],
    ] as const
  })

const timesOfGroups = ['heartbeat.interval.ms', 'session.timeout.ms', 'assignment.interval.ms']

const pairs: readonly Pair[] = [
  ...['consumer', 'share', 'streams'].flatMap(kind => withinLimits(kind, ...timesOfGroups)),
  ...withinLimits('share', 'delivery.count.limit', 'record.lock.duration.ms', 'partition.max.record.locks'),
  ['group.share.max.share.sessions', 'at least', 'group.share.max.size'],
  ['group.streams.num.standby.replicas', 'at most', 'group.streams.max.standby.replicas'],
  ['group.streams.num.warmup.replicas', 'at most', 'group.streams.max.warmup.replicas'],
  ['group.streams.task.offset.interval.ms', 'at least', 'group.streams.min.task.offset.interval.ms'],
]

/** Null when all is well. */
export function limitsProblem(layers: BrokerLayers): string | null {
  const numberOf = (name: string) => Number(layers.effective(name))
  for (const [name, is, bound] of pairs) {
    const [value, limit] = [numberOf(name), numberOf(bound)]
    if (is === 'at least' && value < limit) return `${name} must be greater than or equal to ${bound}`
    if (is === 'at most' && value > limit) return `${name} must be less than or equal to ${bound}`
  }
  const why = waitsProblem(numberOf)
  return why === null ? null : `requirement failed: ${why}`
}

function waitsProblem(numberOf: (name: string) => number): string | null {
  const wait = 'replica.fetch.wait.max.ms'
  if (numberOf('replica.socket.timeout.ms') < numberOf(wait)) {
    return `replica.socket.timeout.ms should always be at least ${wait} to prevent unnecessary socket timeouts`
  }
  if (numberOf('replica.lag.time.max.ms') < numberOf(wait)) {
    return `${wait} should always be less than or equal to replica.lag.time.max.ms to prevent frequent changes in ISR`
  }
  const queued = numberOf('queued.max.request.bytes')
  if (queued > 0 && queued < numberOf('socket.request.max.bytes')) {
    return 'queued.max.request.bytes must be larger or equal to socket.request.max.bytes'
  }
  const [idle, delay] = ['connections.max.idle.ms', 'connection.failed.authentication.delay.ms'] as const
  if (numberOf(idle) < 0 || numberOf(delay) < numberOf(idle)) return null
  const told = `${delay}=${numberOf(delay)} should always be less than ${idle}=${numberOf(idle)}`
  return `${told} to prevent failed authentication responses from timing out`
}
