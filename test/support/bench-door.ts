/** Tells a story to the coordinator in this process: simulated time passes. */
import type { GroupBench } from './group-bench'
import type { Door } from './group-story'
import type { FakeConnection } from './worlds'

export function benchDoor(bench: GroupBench): Door {
  const connections = new Map<string, FakeConnection>()
  const connectionOf = (who: string): FakeConnection => {
    let connection = connections.get(who)
    if (!connection) connections.set(who, (connection = bench.connect()))
    return connection
  }
  const ids = new Map(['t', 'u'].map(name => [name, bench.createTopic(name)]))
  // A connection carries out one call after the other, as those of the edge do.
  const turns = new Map<FakeConnection, Promise<unknown>>()
  return {
    bench,
    ask(who, api, version, request) {
      const connection = connectionOf(who)
      const before = turns.get(connection) ?? Promise.resolve()
      const reply = before.then(() => bench.ask(connection, api, version, request, who))
      turns.set(
        connection,
        reply.catch(() => undefined),
      )
      return reply
    },
    pass: ms => bench.world.runFor(ms),
    async close(who) {
      connections.get(who)?.close()
      connections.delete(who)
    },
    topicId: name => ids.get(name) ?? 'f'.repeat(32),
  }
}
