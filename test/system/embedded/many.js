// A thousand clusters in one process, and nothing of them afterwards. Run with --expose-gc.
const { startBroker } = require('odradek')

const count = 1000

const turn = () => new Promise(resolve => setTimeout(resolve, 400))

async function heapBytes() {
  // What is given up with a delay, as a connection that has just closed, goes first.
  await turn()
  global.gc()
  return process.memoryUsage().heapUsed
}

async function main() {
  const kafka = await startBroker({ isolation: 'inline', topics: ['orders'] })
  await (await kafka.fork()).stop()
  const before = await heapBytes()
  const forks = []
  for (let made = 0; made < count; made += 1) {
    forks.push(await kafka.fork())
    await forks.at(-1).produce('orders', { value: 'x' })
  }
  const during = await heapBytes()
  const rssBytes = process.memoryUsage().rss
  for (const fork of forks.splice(0)) await fork.stop()
  const after = await heapBytes()
  await kafka.stop()
  console.log(JSON.stringify({ each: (during - before) / count, left: (after - before) / count, rssBytes }))
}

void main()
