// Used by an ES module, with what it may be called by those who come from elsewhere.
import { Broker, startBroker, version } from 'odradek'
import * as everything from 'odradek'

const kafka = await Broker.create()
const names = [kafka.getBootstrapServers(), kafka.getUri(), kafka.env().KAFKA_BROKERS]
const mapped = `${kafka.getHost()}:${kafka.getMappedPort(9093)}`
await kafka[Symbol.asyncDispose]()
console.log(
  JSON.stringify({
    same: names.every(name => name === kafka.bootstrapServers && name === mapped),
    version,
    names: Object.keys(everything).sort(),
    started: typeof startBroker,
  }),
)
