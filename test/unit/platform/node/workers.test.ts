import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeWorkers } from '../../../../src/platform/node/workers'
import type { PlaceKind } from '../../../../src/platform/workers'

const folder = join(__dirname, '../../../../.cache', `workers-${process.pid}`)
const program = join(folder, 'echo.js')

beforeAll(() => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    program,
    `const { parentPort } = require('node:worker_threads')
     const send = parentPort ? message => parentPort.postMessage(message) : message => process.send(message)
     ;(parentPort ?? process).on('message', message => {
       if (message === 'die') process.exit(3)
       send({ got: message, options: process.env.NODE_OPTIONS ?? null })
     })`,
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function start(kind: PlaceKind) {
  const messages: unknown[] = []
  let told = () => {}
  let gone!: (why: Error) => void
  const lost = new Promise<Error>(resolve => (gone = resolve))
  const place = nodeWorkers.start(program, kind, {
    message(message) {
      messages.push(message)
      told()
    },
    gone: why => gone(why),
  })
  const arrived = (count: number) =>
    new Promise<unknown[]>(resolve => {
      told = () => messages.length >= count && resolve(messages)
      told()
    })
  return { place, arrived, lost }
}

describe.each(['worker', 'process'] as const)('%s', kind => {
  test('messages come and go in order, bytes among them; options of this process stay here', async () => {
    process.env.NODE_OPTIONS = '--no-warnings'
    const { place, arrived } = start(kind)
    delete process.env.NODE_OPTIONS
    place.send({ bytes: Buffer.from('abc') })
    place.send('second')
    expect(await arrived(2)).toEqual([
      { got: { bytes: expect.any(Uint8Array) }, options: null },
      { got: 'second', options: null },
    ])
    await place.end()
    place.send('nobody hears this')
  })

  test('it is told when it ends by itself', async () => {
    const { place, lost } = start(kind)
    place.send('die')
    expect((await lost).message).toMatch(/code 3/)
    await place.end()
  })
})
