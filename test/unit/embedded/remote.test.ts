import { RemoteEngine } from '../../../src/embedded/remote'
import type { Asked } from '../../../src/embedded/contract/commands'
import type { Workers, WorkplaceEvents } from '../../../src/platform/workers'

/** A place that a test plays the program of. */
function place() {
  const sent: Asked[] = []
  const held: boolean[] = []
  let events!: WorkplaceEvents
  let ended = 0
  const workers: Workers = {
    start(program, kind, heard) {
      expect([program, kind]).toEqual(['workplace.js', 'worker'])
      events = heard
      return {
        send: message => void sent.push(message as Asked),
        hold: wanted => void held.push(wanted),
        end: async () => void (ended += 1),
      }
    },
  }
  const lines: string[] = []
  const gone: string[] = []
  const told: unknown[] = []
  const engine = new RemoteEngine(workers, 'workplace.js', 'worker', {
    log: line => void lines.push(line),
    gone: why => void gone.push(why),
    event: (cluster, event) => void told.push([cluster, event]),
  })
  return { engine, sent, held, lines, told, gone, events, ended: () => ended }
}

test('a command travels, and its answer comes back; the process is kept alive between the two only', async () => {
  const { engine, sent, held, events } = place()
  const first = engine.ask(7, 'connections', null)
  const second = engine.ask(7, 'deleteTopics', ['a'])
  expect(sent).toEqual([
    { id: 1, cluster: 7, command: 'connections', argument: null },
    { id: 2, cluster: 7, command: 'deleteTopics', argument: ['a'] },
  ])
  events.message({ id: 2, error: { message: 'no such topic', code: 'UNKNOWN_TOPIC_OR_PARTITION' } })
  await expect(second).rejects.toMatchObject({ message: 'no such topic', code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  expect(held).toEqual([false, true])
  events.message({ id: 1, answer: [] })
  await expect(first).resolves.toEqual([])
  expect(held).toEqual([false, true, false])
})

test('an answer that comes while it is closed does not let the process go', async () => {
  const { engine, held, events } = place()
  const waiting = engine.ask(1, 'connections', null)
  const closing = engine.close()
  await expect(waiting).rejects.toMatchObject({ code: 'BROKER_STOPPED' })
  events.message({ id: 1, error: { message: 'this broker has been stopped', code: 'BROKER_STOPPED' } })
  await closing
  expect(held).toEqual([false, true])
})

test('lines of the log and events are let through', () => {
  const { lines, told, events } = place()
  const event = { name: 'topicDeleted', what: { topic: 'orders' } }
  events.message({ id: null, cluster: 3, event })
  expect(told).toEqual([[3, event]])
  events.message({ id: null, log: 'a line' })
  expect(lines).toEqual(['a line'])
})

test('who waits for a place that is lost hears why, and so does who comes later', async () => {
  const { engine, events } = place()
  const waiting = engine.ask(1, 'connections', null)
  events.gone(new Error('out of memory'))
  await expect(waiting).rejects.toThrow('the broker is gone: out of memory')
  await expect(engine.ask(1, 'connections', null)).rejects.toThrow('the broker is gone: out of memory')
})

test('that a place is lost is told once, with what became of it; that it was closed is not', async () => {
  const { engine, events, gone } = place()
  events.gone(new Error('out of memory'))
  expect(gone).toEqual(['the broker is gone: out of memory'])
  await expect(engine.ask(1, 'connections', null)).rejects.toMatchObject({ code: 'BROKER_GONE' })
  const other = place()
  await other.engine.close()
  await expect(other.engine.ask(1, 'connections', null)).rejects.toMatchObject({ code: 'BROKER_STOPPED' })
  expect(other.gone).toEqual([])
})

test('what somebody else has travels with the error', async () => {
  const { engine, events } = place()
  const starting = engine.ask(0, 'start', {} as never)
  events.message({ id: 1, error: { message: 'listen EADDRINUSE', code: 'EADDRINUSE', taken: { port: 9092 } } })
  await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE', taken: { port: 9092 } })
})

test('closing ends the place, and lets nobody wait', async () => {
  const { engine, ended } = place()
  const waiting = engine.ask(1, 'connections', null)
  await engine.close()
  await expect(waiting).rejects.toThrow('this broker has been stopped')
  expect(ended()).toBe(1)
})
