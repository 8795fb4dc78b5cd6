/** A fault written down as plain data: in the list of standard failures, and as other languages ask for one. */
import { type Fault, type FaultEffect, type Happening, happenings } from './commands'
import { durationMs } from './duration'
import { onlyKnown } from './options'

/** An API by Kafka's name, some of them, or `*` for all. */
export type Apis = string | readonly string[]

export interface FaultOptions {
  /** So many requests; without it, all until it is lifted. */
  readonly times?: number
  /** So many requests pass first. */
  readonly skip?: number
  /** Only requests that name the topic, by its name or its id, or fetches of a session that has it. */
  readonly topic?: string
  /** Of that topic. */
  readonly partition?: number
  readonly group?: string
  readonly transactionalId?: string
  readonly clientId?: string
  /** Only requests to this node of a cluster: its id, or one of `nodes`. */
  readonly node?: number | { readonly id: number }
}

/** One of the effects, and whom it concerns. */
export interface FaultSpec extends FaultOptions {
  readonly api: Apis
  readonly error?: string
  readonly delay?: number | string
  readonly throttle?: number | string
  readonly drop?: true
  readonly repeat?: true
  /** They are served while there is no room on the disk. */
  readonly diskFull?: true
  readonly when?: Happening
  /** Of an error or a dropped connection: what was asked has been done all the same. */
  readonly after?: boolean
}

const effects = ['error', 'delay', 'throttle', 'drop', 'repeat', 'diskFull', 'when'] as const
const options = ['times', 'skip', 'topic', 'partition', 'group', 'transactionalId', 'clientId', 'node'] as const

/** Throws TypeError for what is no fault. */
export function faultFrom(spec: FaultSpec): Fault {
  onlyKnown(spec, ['api', 'after', ...effects, ...options], 'a fault')
  const given = effects.filter(name => spec[name] !== undefined)
  if (spec.api === undefined) throw new TypeError('a fault has an api, as { "api": "Produce" }; "*" is every one')
  if (given.length !== 1) throw new TypeError(`a fault is one of ${effects.join(', ')}`)
  return faultOf(spec.api, spec, effectOf(spec, given[0]!))
}

function effectOf(spec: FaultSpec, does: (typeof effects)[number]): FaultEffect {
  const after = spec.after ?? false
  switch (does) {
    case 'error':
      return { does, error: String(spec.error), after }
    case 'delay':
    case 'throttle':
      return { does, ms: durationMs(spec[does]!) }
    case 'drop':
      return { does, after }
    case 'repeat':
    case 'diskFull':
      return { does }
    default: {
      const what = happenings.find(one => one === spec.when)
      if (what === undefined) throw new TypeError(`what happens is one of ${happenings.join(', ')}`)
      return { does: what }
    }
  }
}

export function faultOf(apis: Apis, options: FaultOptions, effect: FaultEffect): Fault {
  const { times, skip = 0, topic, partition, group, transactionalId, clientId, node } = options
  return {
    apis: typeof apis === 'string' ? [apis] : apis,
    topic: topic ?? null,
    partition: partition ?? null,
    group: group ?? null,
    transactionalId: transactionalId ?? null,
    clientId: clientId ?? null,
    node: (typeof node === 'object' ? node.id : node) ?? null,
    skip,
    times: times ?? null,
    effect,
  }
}
