/** Who is connected and what they do: a stage around all handlers, outside of what the broker itself does. */
import type { Call, CallConnection } from '../../call/call'
import type { Stage } from '../../call/stage'
import type { ClusterEvents } from '../contract/cluster-events'
import type { ClientFacts } from '../contract/commands'

interface Client {
  readonly connection: CallConnection
  clientId: string | null
  produces: boolean
  fetches: boolean
  /** Member ids with their groups. */
  readonly members: Map<string, string>
}

/** APIs in which a member of a group speaks. */
const ofMembers = new Set(['SyncGroup', 'Heartbeat', 'OffsetCommit'])
const membersMax = 1_000

export class Watch {
  readonly #clients = new Map<number, Client>()
  readonly #events: ClusterEvents

  constructor(events: ClusterEvents) {
    this.#events = events
  }

  readonly stage: Stage = (handler, next) => {
    const api = handler.api.name
    return (call, request) => {
      this.#note(api, call, request)
      return next(call, request)
    }
  }

  /** Connections that are open and have asked something. */
  clients(): readonly ClientFacts[] {
    return [...this.#clients.values()].map(({ connection, clientId, produces, fetches, members }) => ({
      clientId,
      software: connection.clientSoftwareName,
      host: connection.remoteHost,
      port: connection.remotePort,
      produces,
      fetches,
      members: [...members].map(([memberId, group]) => ({ group, memberId })),
    }))
  }

  #note(api: string, call: Call, request: { readonly groupId?: unknown; readonly memberId?: unknown }): void {
    const client = this.#clientOf(call)
    if (api === 'Produce' || api === 'InitProducerId') client.produces = true
    if (api === 'Fetch') client.fetches = true
    const { groupId, memberId } = request
    if (!ofMembers.has(api) || typeof groupId !== 'string' || typeof memberId !== 'string' || memberId === '') return
    if (client.members.size < membersMax) client.members.set(memberId, groupId)
  }

  #clientOf({ connection, clientId }: Call): Client {
    let client = this.#clients.get(connection.id)
    if (!client) {
      client = { connection, clientId, produces: false, fetches: false, members: new Map() }
      this.#clients.set(connection.id, client)
      const known = client
      connection.onClosed(() => {
        this.#clients.delete(connection.id)
        this.#events.tell('disconnect', whoIs(known))
      })
      this.#events.tell('connect', whoIs(known))
    }
    client.clientId = clientId ?? client.clientId
    return client
  }
}

const whoIs = ({ clientId, connection }: Client) => ({
  clientId,
  host: connection.remoteHost,
  port: connection.remotePort,
})
