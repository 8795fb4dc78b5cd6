// Two workers of node:cluster, each with brokers of its own.
const cluster = require('node:cluster')
const { startBroker } = require('odradek')

const portOf = address => Number(new URL(address.includes('://') ? address : `kafka://${address}`).port)

/** Tells its ports, and what is said to a broker that asks for one of the other's. */
async function work() {
  const kafka = await startBroker({ isolation: 'inline', brokers: 3, control: true })
  process.on('message', async port => {
    const asked = startBroker({ isolation: 'inline', port })
    process.send({ answer: await asked.then(() => 'shared', error => / (taken) /.exec(error.message)?.[1] ?? error.message) })
  })
  process.send({ ports: [...kafka.brokers, kafka.controlUrl].map(portOf) })
}

function lead() {
  const workers = [cluster.fork(), cluster.fork()]
  const told = []
  for (const worker of workers) {
    worker.on('message', ({ ports, answer }) => {
      if (answer) {
        console.log(answer)
        return workers.forEach(each => each.disconnect())
      }
      told.push([worker, ports])
      if (told.length < 2) return
      const all = told.flatMap(([, those]) => those)
      console.log(`${new Set(all).size} ports of ${all.length}`)
      told[0][0].send(told[1][1][0])
    })
  }
}

if (cluster.isPrimary) lead()
else void work()
