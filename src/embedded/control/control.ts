/**
 * A broker in a test, for programs in other languages: what `Broker` can do, as JSON over HTTP on the loopback interface.
 * Each cluster has its own place, `/clusters/1`; `docs/testing.md` says what may be asked there.
 */
import type { HttpAnswer, HttpRequest } from '../../platform/http'
import {
  BrokerError,
  type ClusterFacts,
  type Engine,
  happenings,
  type SnapshotKey,
  type Takes,
} from '../contract/commands'
import { checkQuery, flag, groupQuery, recordsQuery, text, dateOf, waitOf, wholeNumber } from './control-query'
import { durationMs } from '../contract/duration'
import { controlOf, environmentFor, serversOf } from '../contract/environment'
import type { Ask } from '../door/fault-door'
import { type FaultSpec, faultFrom } from '../door/fault-spec'
import { onlyKnown } from '../contract/kinds'
import { type TopicSpec, topicSpecOf } from '../contract/options'
import { allRecords, firstRecords } from '../door/reading'
import { snapshotKeyFrom, snapshotName } from '../snapshots/snapshots'
import { type RecordInput, toProduce } from '../contract/values'

export const controlBodyMax = 16 * 1024 * 1024

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
    const [keepTopics, keepGroups] = [flag(body['keepTopics'], 'keepTopics'), flag(body['keepGroups'], 'keepGroups')]
    return nothing(ask('reset', { keepTopics, keepGroups }))
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
  'POST /nodes/:name/stop': ({ ask, named }) => nothing(ask('stopNode', wholeNumber(named, 'a node'))),
  'POST /nodes/:name/start': ({ ask, named }) => nothing(ask('startNode', wholeNumber(named, 'a node'))),
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
    if (body['by'] === undefined) throw new TypeError('by is a length of time as "7d", and has to be given')
    return time(ask, { move: 'advance', byMs: durationMs(body['by'] as string) })
  },
  'POST /clock/freeze': async ({ ask, body }) => {
    onlyKnown(body, ['at'], 'a freeze')
    return time(ask, { move: 'freeze', atMs: body['at'] === undefined ? null : dateOf(body['at']) })
  },
  'POST /clock/resume': ({ ask }) => time(ask, { move: 'resume' }),

  'POST /faults': async ({ ask, body }) => ({ fault: await ask('addFault', faultFrom(body as unknown as FaultSpec)) }),
  'GET /faults/:name': async ({ ask, named }) => ({ hits: await ask('faultHits', wholeNumber(named, 'a fault')) }),
  'DELETE /faults/:name': ({ ask, named }) => nothing(ask('liftFault', wholeNumber(named, 'a fault'))),
  'DELETE /faults': async ({ ask }) => {
    await ask('fillDisk', false)
    return nothing(ask('clearFaults', null))
  },
  'PUT /disk': async ({ ask, body }) => {
    onlyKnown(body, ['full'], 'a disk')
    if (body['full'] === undefined) throw new TypeError('full is true or false, and has to be given')
    return nothing(ask('fillDisk', flag(body['full'], 'full')))
  },
  'POST /happen': async ({ ask, body }) => {
    onlyKnown(body, ['what', 'to'], 'what happens')
    const what = happenings.find(one => one === body['what'])
    if (what === undefined) throw new TypeError(`what happens is one of ${happenings.join(', ')}`)
    return { count: await ask('happen', { what, to: body['to'] === undefined ? null : text(body['to'], 'to') }) }
  },

  'GET /topics': async ({ ask }) => ({ topics: await ask('topics', null) }),
  'POST /topics': ({ ask, json }) => nothing(ask('createTopics', listOf<string | TopicSpec>(json).map(topicSpecOf))),
  'DELETE /topics/:name': ({ ask, named }) => nothing(ask('deleteTopics', [named])),
  'POST /records/:name': async ({ ask, named, json }) => {
    const records = listOf<RecordInput>(json).map(toProduce)
    return { written: await ask('produce', { topic: named, records }) }
  },
  'GET /records/:name': async ({ ask, named, query }) => ({ records: await recordsOf(ask, named, query) }),
  'GET /groups/:name': ({ ask, named, query }) => groupOf(ask, named, query),
  'GET /requests': async ({ ask, query }) => ({
    requests: await ask('requests', { api: query.get('api'), clientId: query.get('clientId') }),
  }),
  'GET /connections': async ({ ask }) => ({ connections: await ask('connections', null) }),
}

/** What a fork is made of. */
const originFrom = (from: unknown): SnapshotKey | null =>
  from === null || from === 'empty' ? from : snapshotKeyFrom(from)
/** What may stand behind a question mark; nothing where a route is not named. */
const queries: { readonly [route: string]: readonly string[] } = {
  'GET /leaders/:name': ['partition'],
  'GET /records/:name': ['count', 'timeoutMs', 'partition', 'from', 'to'],
  'GET /groups/:name': ['state', 'members', 'assigned', 'caughtUp', 'timeoutMs'],
  'GET /requests': ['api', 'clientId'],
}

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
      checkQuery(query, queries[found.key] ?? [], found.key.replace(':name', found.named))
      const json = jsonOf(body)
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

interface Found {
  readonly route: Route
  /** By which it is in the table. */
  readonly key: string
  readonly named: string
}

/** Throws TypeError for a name that cannot be read. */
function routeOf(method: string, path: string): Found | null {
  const clean = path.replace(/\/+$/, '') || '/'
  const exact = routes[`${method} ${clean}`]
  if (exact) return { route: exact, key: `${method} ${clean}`, named: '' }
  const [, first, name, rest = ''] = /^(\/[a-z]+)\/([^/]+)(\/[a-z]+)?$/.exec(clean) ?? []
  const key = `${method} ${first}/:name${rest}`
  const route = name === undefined ? undefined : routes[key]
  return route ? { route, key, named: decoded(name!) } : null
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    throw new TypeError(`${name} of the path is no text: after a % come two digits of UTF-8, and %25 is a % itself`)
  }
}

const listOf = <T>(json: unknown): readonly T[] => (Array.isArray(json) ? (json as T[]) : [json as T])

/** What there is, or with `count` the first so many, for which it waits. Bytes that are no text are told in base64. */
async function recordsOf(ask: Ask, topic: string, query: URLSearchParams): Promise<unknown[]> {
  const { count, ...where } = recordsQuery(query)
  const records = count === 0 ? await allRecords(ask, topic, where) : await firstRecords(ask, topic, count, where)
  return records.map(inJson)
}

function inJson<T>(part: T): unknown {
  if (Buffer.isBuffer(part)) return { base64: part.toString('base64') }
  if (typeof part !== 'object' || part === null) return part
  if (Array.isArray(part)) return part.map(inJson)
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, inJson(value)]))
}

/** As it is now, or as it is wished for, which it waits for. */
async function groupOf(ask: Ask, group: string, query: URLSearchParams): Promise<object> {
  const [wish, waitMs] = [groupQuery(query), waitOf(query)]
  if (wish === null) return ask('group', group)
  const { isSo, facts, trouble } = await ask('waitForGroup', { group, wish, waitMs })
  if (!isSo) throw new BrokerError(`group ${group} is not so: ${trouble ?? JSON.stringify(facts)}`, null)
  return facts
}

/** Throws TypeError for what is no JSON. */
function jsonOf(body: Buffer): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new TypeError(`the body of the request is no JSON: ${(error as Error).message}`)
  }
}
