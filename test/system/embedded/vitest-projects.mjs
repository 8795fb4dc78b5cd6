// What vitest does with `projects`: each setup is called with its project, before any test has begun.
import { setup, teardown } from 'odradek/vitest-setup'
import kafkajs from 'kafkajs'

function projectWith(topic, env) {
  const provided = {}
  const provide = (name, value) => void (provided[name] = value)
  return { config: { provide: { odradek: { topics: [topic] } }, env }, provided, provide }
}

const [a, b, c] = [projectWith('first'), projectWith('second', { MINE: '1' }), projectWith('third', { KAFKA_BROKERS: 'the own' })]
for (const project of [a, b, c]) await setup(project)

async function said(name, { config: { env }, provided }) {
  const kafka = new kafkajs.Kafka({ brokers: env.KAFKA_BROKERS.split(','), logLevel: 0 })
  const admin = kafka.admin()
  await admin.connect()
  const topics = await admin.listTopics()
  await admin.disconnect()
  console.log(name, env.KAFKA_BROKERS === provided.kafkaBrokers.join(), ...topics)
}

await said('a', a)
await said('b', b)
console.log('c', c.config.env.KAFKA_BROKERS)
await teardown()
