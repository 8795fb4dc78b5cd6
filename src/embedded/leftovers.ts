/** Says which clients nobody disconnected, so that a test run that would hang says why. */
import type { ClientFacts } from './contract/commands'

interface Left {
  readonly role: 'consumer' | 'producer' | 'client'
  readonly clientId: string
  readonly group: string | null
  readonly members: Set<string>
  readonly places: Set<string>
  connections: number
}

const verbs = { consumer: 'consumer.disconnect()', producer: 'producer.disconnect()', client: 'disconnect()' }

/**
 * One line for each client id with a role: `1 consumer still connected (client "a", group "g", from a.test.ts:41) — ...`.
 * `placeOf` tells where in the code a connection was opened, by the port at the client's end.
 */
export function leftoverLines(clients: readonly ClientFacts[], placeOf: (port: number) => string | null): string[] {
  const all = new Map<string, Left>()
  const place = (client: ClientFacts, role: Left['role'], group: string | null): Left => {
    const clientId = client.clientId ?? ''
    const key = JSON.stringify([role, clientId, group])
    let left = all.get(key)
    if (!left) all.set(key, (left = { role, clientId, group, members: new Set(), places: new Set(), connections: 0 }))
    left.connections += 1
    const from = placeOf(client.port)
    if (from !== null) left.places.add(from)
    return left
  }
  for (const client of clients) {
    for (const { group, memberId } of client.members) place(client, 'consumer', group).members.add(memberId)
    if (client.produces) place(client, 'producer', null)
  }
  for (const client of clients) {
    if (client.members.length > 0 || client.produces) continue
    // A consumer fetches over one connection and speaks to its group over another: that is one client still.
    const isKnown = [...all.values()].some(({ clientId }) => clientId === (client.clientId ?? ''))
    if (isKnown) continue
    place(client, client.fetches ? 'consumer' : 'client', null)
  }
  return [...all.values()].map(lineOf)
}

function lineOf({ role, clientId, group, members, places, connections }: Left): string {
  const count = Math.max(members.size, role === 'consumer' ? 1 : connections)
  const facts = [
    ...(clientId === '' ? [] : [`client "${clientId}"`]),
    ...(group === null ? [] : [`group "${group}"`]),
    ...(places.size === 0 ? [] : [`connected at ${[...places].join(', ')}`]),
  ]
  const about = facts.length === 0 ? '' : ` (${facts.join(', ')})`
  return `${count} ${role}${count === 1 ? '' : 's'} still connected${about}: missing await ${verbs[role]}?`
}
