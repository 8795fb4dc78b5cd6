/**
 * A broker in a test, for programs in other languages: what `Broker` can do, as JSON over HTTP on the loopback interface.
 * Each cluster has its own place, `/clusters/1`; `docs/testing.md` says what may be asked there.
 */
import type { HttpAnswer, HttpRequest } from '../platform/http'
import {
  BrokerError,
  type ClusterFacts,
  type Engine,
  type Gives,
  happenings,
  type OffsetSpec,
  type SnapshotKey,
  type Takes,
} from './commands'
import { durationMs } from './duration'
import { controlOf, environmentFor, serversOf } from './environment'
import type { Ask } from './fault-door'
import { type FaultSpec, faultFrom } from './fault-spec'
import { onlyKnown } from './kinds'
import { type TopicSpec, topicSpecOf } from './options'
import { snapshotKeyFrom, snapshotName } from './snapshots'
import { recordFrom, type RecordInput, toProduce } from './values'

export const controlBodyMax = 16 * 1024 * 1024
const waitMsDefault = 4_500

interface Asked {
  readonly ask: Ask
  /** What stands in the path in the place of `:name`. */
  readonly named: string
  readonly body: { readonly [name: string]: unknown }
  /** The body as it came, which may be a list. */
  readonly json: unknown
  readonly query: URLSearchParams
  /** How a cluster is told of. */
  told(facts: ClusterFacts): Promise<object>
}

type Route = (asked: Asked) => Promise<unknown>

const nothing = async (done: Promise<unknown>): Promise<object> => {
  await done
  return {}
}

const time = async (ask: Ask, move: Takes<'time'>): Promise<object> => ({ nowMs: await ask('time', move) })

const routes: { readonly [path: string]: Route } = {
  'GET /': async ({ ask, told }) => told(await ask('facts', null)),
  'DELETE /': async ({ ask }) => ({ left: await ask('stop', { drainMs: 500 }) }),
  'POST /fork': async ({ ask, body, told }) => {
    onlyKnown(body, ['from'], 'a fork')
    return told(await ask('fork', { from: originFrom(body['from'] ?? null) }))
  },
  'POST /reset': async ({ ask, body }) => {
    onlyKnown(body, ['keepTopics', 'keepGroups'], 'a reset')
    return nothing(ask('reset', { keepTopics: body['keepTopics'] === true, keepGroups: body['keepGroups'] === true }))
  },
  'POST /snapshots': async ({ ask, body }) => {
    onlyKnown(body, ['name'], 'a snapshot')
    const { name = null } = body
    if (name !== null) snapshotName(name, 'name of a snapshot')
    return { snapshot: await ask('snapshot', name as string | null) }
  },
  'POST /snapshots/:name/restore': ({ ask, named }) => nothing(ask('restore', snapshotKeyFrom(named))),
  'DELETE /snapshots/:name': ({ ask, named }) => nothing(ask('dropSnapshot', snapshotKeyFrom(named))),

  'GET /nodes': async ({ ask }) => {
    const { nodes } = await ask('facts', null)
    return { nodes: nodes.map(({ id, host, port, isUp }) => ({ id, address: serversOf([{ host, port }]), isUp })) }
  },
  'POST /nodes/:name/stop': ({ ask, named }) => nothing(ask('stopNode', Number(named))),
  'POST /nodes/:name/start': ({ ask, named }) => nothing(ask('startNode', Number(named))),
  'GET /leaders/:name': async ({ ask, named: topic, query }) => {
    return {
      leader: await ask('leaderOf', { topic, partition: wholeNumber(query.get('partition') ?? 0, 'partition') }),
    }
  },
  'PUT /leaders/:name': ({ ask, named: topic, body }) => {
    onlyKnown(body, ['partition', 'to'], 'a move')
    const [partition, to] = [wholeNumber(body['partition'] ?? 0, 'partition'), wholeNumber(body['to'], 'to')]
    return nothing(ask('moveLeader', { topic, partition, to }))
  },

  'GET /clock': ({ ask }) => time(ask, { move: 'none' }),
  'POST /clock/advance': async ({ ask, body }) => {
    onlyKnown(body, ['by'], 'an advance')
    return time(ask, { move: 'advance', byMs: durationMs(body['by'] as string) })
  },
  'POST /clock/freeze': async ({ ask, body }) => {
    onlyKnown(body, ['at'], 'a freeze')
    return time(ask, { move: 'freeze', atMs: body['at'] === undefined ? null : timeOf(body['at']) })
  },
  'POST /clock/resume': ({ ask }) => time(ask, { move: 'resume' }),

  'POST /faults': async ({ ask, body }) => ({ fault: await ask('addFault', faultFrom(body as unknown as FaultSpec)) }),
  'GET /faults/:name': async ({ ask, named }) => ({ hits: await ask('faultHits', Number(named)) }),
  'DELETE /faults/:name': ({ ask, named }) => nothing(ask('liftFault', Number(named))),
  'DELETE /faults': async ({ ask }) => {
    await ask('fillDisk', false)
    return nothing(ask('clearFaults', null))
  },
  'PUT /disk': async ({ ask, body }) => {
    onlyKnown(body, ['full'], 'a disk')
    return nothing(ask('fillDisk', body['full'] === true))
  },
  'POST /happen': async ({ ask, body }) => {
    onlyKnown(body, ['what', 'to'], 'what happens')
    const what = happenings.find(one => one === body['what'])
    if (what === undefined) throw new TypeError(`what happens is one of ${happenings.join(', ')}`)
    return { count: await ask('happen', { what, to: (body['to'] as string | undefined) ?? null }) }
  },

  'GET /topics': async ({ ask }) => ({ topics: await ask('topics', null) }),
  'POST /topics': ({ ask, json }) => nothing(ask('createTopics', listOf<string | TopicSpec>(json).map(topicSpecOf))),
  'DELETE /topics/:name': ({ ask, named }) => nothing(ask('deleteTopics', [named])),
  'POST /records/:name': async ({ ask, named, json }) => {
    const records = listOf<RecordInput>(json).map(toProduce)
    return { written: await ask('produce', { topic: named, records }) }
  },
  'GET /records/:name': async asked => ({ records: await recordsOf(asked) }),
  'GET /groups/:name': ({ ask, named, query }) => groupOf(ask, named, query),
  'GET /requests': async ({ ask, query }) => ({
    requests: await ask('requests', { api: query.get('api'), clientId: query.get('clientId') }),
  }),
  'GET /connections': async ({ ask }) => ({ connections: await ask('connections', null) }),
}

/** What a fork is made of. */
const originFrom = (from: unknown): SnapshotKey | null =>
  from === null || from === 'empty' ? from : snapshotKeyFrom(from)

export class Control {
  readonly #engine: Engine
  readonly #url: () => Promise<string>

  /** `url` is where it is served, by which clusters are told of. */
  constructor(engine: Engine, url: () => Promise<string>) {
    this.#engine = engine
    this.#url = url
  }

  /** Never rejects. */
  async answer({ method, target, headers, body }: HttpRequest): Promise<HttpAnswer> {
    try {
      if (!isLocal(headers)) return answered(403, { error: 'only programs of this machine may ask, and no web page' })
      const { pathname, searchParams: query } = new URL(target, 'http://localhost')
      const [, cluster, rest = ''] = /^\/clusters\/(\d+)(\/.*)?$/.exec(pathname) ?? []
      const found = cluster === undefined ? null : routeOf(method, rest)
      if (!found) return answered(404, { error: `there is no ${method} ${pathname} (docs/testing.md)` })
      const json: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'))
      const asked: Asked = {
        ask: (command, argument) => this.#engine.ask(Number(cluster), command, argument),
        named: found.named,
        body: typeof json === 'object' && json !== null ? (json as Asked['body']) : {},
        json,
        query,
        told: facts => this.#told(facts),
      }
      return answered(200, await found.route(asked))
    } catch (error) {
      return refused(error)
    }
  }

  async #told(facts: ClusterFacts): Promise<object> {
    const servers = serversOf(facts.nodes)
    const control = controlOf(await this.#url(), facts)
    return { bootstrap: servers, clusterId: facts.clusterId, control, env: environmentFor(servers, control) }
  }
}

const answered = (status: number, told: unknown): HttpAnswer => ({
  status,
  type: 'application/json',
  body: `${JSON.stringify(told)}\n`,
})

function refused(error: unknown): HttpAnswer {
  const { message } = error as Error
  if (error instanceof BrokerError) {
    return answered(error.code === 'INVALID_REQUEST' ? 400 : 409, { error: message, code: error.code })
  }
  const isOfAsker = error instanceof TypeError || error instanceof SyntaxError
  return answered(isOfAsker ? 400 : 500, { error: message })
}

/** A page in a browser says where it is from, and by what name it was sent here. */
function isLocal({ host = '', origin, 'sec-fetch-site': site }: HttpRequest['headers']): boolean {
  return origin === undefined && site === undefined && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host)
}

function routeOf(method: string, path: string): { route: Route; named: string } | null {
  const clean = path.replace(/\/+$/, '') || '/'
  const exact = routes[`${method} ${clean}`]
  if (exact) return { route: exact, named: '' }
  const [, first, name, rest = ''] = /^(\/[a-z]+)\/([^/]+)(\/[a-z]+)?$/.exec(clean) ?? []
  const route = name === undefined ? undefined : routes[`${method} ${first}/:name${rest}`]
  return route ? { route, named: decodeURIComponent(name!) } : null
}

/** As JSON or a query has it. Throws TypeError for what is none, or below 0. */
function wholeNumber(given: unknown, name: string): number {
  const number = typeof given === 'string' && given !== '' ? Number(given) : given
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number
  throw new TypeError(
    `${name} is a number, ${given === undefined ? 'and has to be given' : `not ${JSON.stringify(given)}`}`,
  )
}

const listOf = <T>(json: unknown): readonly T[] => (Array.isArray(json) ? (json as T[]) : [json as T])

function timeOf(at: unknown): number {
  const ms = typeof at === 'number' ? at : Date.parse(String(at))
  if (!Number.isFinite(ms)) throw new TypeError(`${String(at)} is no time: milliseconds, or 2030-01-01T00:00:00Z`)
  return ms
}

/** What there is, or with `count` so many, for which it waits. Bytes that are no text are told in base64. */
async function recordsOf({ ask, named: topic, query }: Asked): Promise<unknown[]> {
  const count = Number(query.get('count') ?? 0)
  const partition = query.has('partition') ? Number(query.get('partition')) : null
  const [from, to] = [placeOf(query, 'from') ?? 'start', placeOf(query, 'to')]
  const records: unknown[] = []
  let next: Gives<'read'>['next'] = []
  for (let waitMs = count > 0 ? waitOf(query) : 0; ; ) {
    const read = await ask('read', { topic, partition, from, to, next, waitMs })
    next = read.next
    records.push(...read.records.map(raw => inJson(recordFrom(topic, raw, 'auto'))))
    if (count === 0 ? read.records.length === 0 : records.length >= count) return records
    if (count > 0 && read.leftMs < 0)
      throw new BrokerError(`${topic} has ${records.length} records, not ${count}`, null)
    waitMs = Math.max(0, read.leftMs)
  }
}

/** An offset, `start`, `end`, or a time as `@1767225600000` or `@2026-01-01T00:00:00Z`; null when it is not given. */
function placeOf(query: URLSearchParams, name: string): OffsetSpec | null {
  const given = query.get(name)
  if (given === null || given === 'start' || given === 'end') return given
  if (/^\d+$/.test(given)) return Number(given)
  if (given.startsWith('@')) {
    const time = given.slice(1)
    return { timestampMs: timeOf(/^\d+$/.test(time) ? Number(time) : time) }
  }
  throw new TypeError(`${name} is an offset, start, end, or a time as @2026-01-01T00:00:00Z, not ${given}`)
}

function inJson<T>(part: T): unknown {
  if (Buffer.isBuffer(part)) return { base64: part.toString('base64') }
  if (typeof part !== 'object' || part === null) return part
  if (Array.isArray(part)) return part.map(inJson)
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, inJson(value)]))
}

/** As it is now, or as it is wished for, which it waits for. */
async function groupOf(ask: Ask, group: string, query: URLSearchParams): Promise<object> {
  const [state, members] = [query.get('state'), query.get('members')]
  const assigned = query.getAll('assigned')
  const caughtUp = query.get('caughtUp') === 'true'
  if (state === null && members === null && assigned.length === 0 && !caughtUp) return ask('group', group)
  const wish = { state, members: members === null ? null : Number(members), assigned, caughtUp }
  const { isSo, facts } = await ask('waitForGroup', { group, wish, waitMs: waitOf(query) })
  if (!isSo) throw new BrokerError(`group ${group} is not so: ${JSON.stringify(facts)}`, null)
  return facts
}

const waitOf = (query: URLSearchParams): number => Number(query.get('timeoutMs') ?? waitMsDefault)
