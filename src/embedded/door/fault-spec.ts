/** A fault written down as plain data: in the list of standard failures, and as other languages ask for one. */
import type { ErrorName } from '../../protocol/errors'
import type { ApiName } from '../contract/api-names'
import { type Fault, type FaultEffect, type Happening, happenings } from '../contract/commands'
import { durationMs } from '../contract/duration'
import {
  flag,
  isObject,
  kind,
  type Kind,
  listOf,
  milliseconds,
  shape,
  some,
  text,
  wholeNumber,
} from '../contract/kinds'

/** An API by Kafka's name, some of them, or `*` for all. */
export type Apis = ApiName | '*' | readonly (ApiName | '*')[]

/** An error by Kafka's name. */
export type FaultError = Exclude<ErrorName, 'NONE'>

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

export interface LateFaultOptions extends FaultOptions {
  /** What was asked has been done all the same. */
  readonly after?: boolean
}

export interface DecidedOptions extends FaultOptions {
  /** How long the function may take for one request; 4,000 by default. */
  readonly timeoutMs?: number
}

/** One of the effects, and whom it concerns. */
export interface FaultSpec extends FaultOptions {
  readonly api: Apis
  readonly error?: FaultError
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

export const nodeKind = kind('the id of a node, or one of `nodes`', value =>
  Number.isInteger(isObject(value) ? value['id'] : value),
)

const whom = {
  times: kind('a whole number from 1 on', value => Number.isInteger(value) && Number(value) >= 1),
  skip: wholeNumber,
  topic: text,
  partition: wholeNumber,
  group: text,
  transactionalId: text,
  clientId: text,
  node: nodeKind,
}

export const faultOptions = shape<FaultOptions>(whom)
export const lateFaultOptions = shape<LateFaultOptions>({ ...whom, after: flag })
export const decidedOptions = shape<DecidedOptions>({ ...whom, timeoutMs: milliseconds })

/** What `effectOf` and `faultFrom` look at themselves. */
const later: Kind = () => {}
const onlyTrue = kind('true, or left out', value => value === true)

const faultSpec = shape<FaultSpec>({
  ...whom,
  after: flag,
  api: some(text),
  error: text,
  delay: later,
  throttle: later,
  drop: onlyTrue,
  repeat: onlyTrue,
  diskFull: onlyTrue,
  when: later,
})

/** Throws TypeError for what is no fault. */
export function faultFrom(spec: FaultSpec): Fault {
  faultSpec(spec, 'a fault')
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
    default:
      return { does: happeningFrom(spec.when) }
  }
}

/** Throws TypeError for what cannot happen. */
export function happeningFrom(given: unknown): Happening {
  const what = happenings.find(one => one === given)
  if (what === undefined) throw new TypeError(`what happens is one of ${happenings.join(', ')}`)
  return what
}

export function faultOf(apis: Apis, options: FaultOptions, effect: FaultEffect): Fault {
  const { times, skip = 0, topic, partition, group, transactionalId, clientId, node } = options
  return {
    apis: listOf<string>(apis),
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
