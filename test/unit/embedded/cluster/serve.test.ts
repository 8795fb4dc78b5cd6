import { serveEngine } from '../../../../src/embedded/cluster/serve'
import { startOptionsOf } from '../../../../src/embedded/contract/options'
import { simulatedPlatform } from '../../../../src/platform/simulated/platform'
import { World } from '../../../../src/platform/simulated/world'

test('each message is answered under its number, with what came of it or with why not', async () => {
  const world = new World({ seed: 1 })
  const told: { id: number | null; answer?: unknown; error?: unknown }[] = []
  let ask!: (message: unknown) => void
  serveEngine(simulatedPlatform(world), {
    send: message => void told.push(message as (typeof told)[number]),
    onMessage: run => void (ask = run),
  })
  ask({ id: 1, cluster: 0, command: 'start', argument: startOptionsOf({ port: 9092, topics: ['orders'] }) })
  await world.runFor(100)
  expect(told).toMatchObject([{ id: 1, answer: { cluster: 1, port: 9092 } }])
  ask({ id: 3, cluster: 1, command: 'listen', argument: ['topicCreated'] })
  ask({ id: 4, cluster: 1, command: 'createTopics', argument: [{ name: 'users' }] })
  await world.runFor(100)
  const event = { name: 'topicCreated', what: { topic: 'users', partitions: 1 } }
  expect(told.splice(1)).toEqual([
    { id: 3, answer: null },
    { id: null, cluster: 1, event },
    { id: 4, answer: null },
  ])
  ask({ id: 2, cluster: 1, command: 'createTopics', argument: [{ name: 'orders' }] })
  await world.runFor(100)
  expect(told[1]).toEqual({
    id: 2,
    error: {
      message: "topic orders was not created: Topic 'orders' already exists.",
      code: 'TOPIC_ALREADY_EXISTS',
    },
  })
})
