/** The control port as other languages use it: what docs/testing.md shows for a shell and for Python is run beside a broker. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Broker } from '../../src/index'
import { ran, scratch } from './odradek'

const page = readFileSync(join(__dirname, '../../docs/testing.md'), 'utf8')
const blockIn = (language: string): string => new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms').exec(page)![1]!

function fileOf(code: string): string {
  const path = join(scratch(), 'block')
  writeFileSync(path, code)
  return path
}

const runs = (program: string, code: string) => ran(['run', '--control', '--', program, fileOf(code)])

test('by a shell, with curl', async () => {
  const { code, stdout, stderr } = await runs('sh', `set -e\n${blockIn('sh')}`)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const told = stdout.trim().split('\n')
  expect(told).toHaveLength(5)
  expect(JSON.parse(told[3]!)).toMatchObject({ records: [{ key: '1', value: { id: 7 } }] })
})

test('by Python, and what it does wrong is the end of it', async () => {
  expect(await runs('python3', blockIn('python'))).toEqual({ code: 0, stdout: '', stderr: '' })
  const { code, stderr } = await runs('python3', `${blockIn('python')}\ncontrol("POST", "/clok")\n`)
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('HTTP Error 404') })
})

test('of several nodes, which a command is told all, one is stopped and started', async () => {
  const script = `
set -e
echo "$KAFKA_BROKERS"
for what in stop start; do
  curl -sf -X POST "$ODRADEK_CONTROL/nodes/2/$what" > /dev/null
  curl -sf "$ODRADEK_CONTROL/nodes"
done
`
  const { code, stdout, stderr } = await ran(['run', '--brokers', '3', '--control', '--', 'sh', '-c', script])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [brokers, ...told] = stdout.trim().split('\n')
  const nodes = brokers!.split(',').map((address, nth) => ({ id: nth + 1, address, isUp: true }))
  expect(nodes).toHaveLength(3)
  const [stopped, started] = told.map(line => JSON.parse(line) as unknown)
  expect(stopped).toEqual({ nodes: nodes.map(node => ({ ...node, isUp: node.id !== 2 })) })
  expect(started).toEqual({ nodes })
})

test('of a broker in a test; without being asked for there is none', async () => {
  await using kafka = await new Broker({ isolation: 'inline', log: 'silent', control: true }).start()
  const fork = await kafka.fork()
  expect(fork.env()['ODRADEK_CONTROL']).toBe(fork.controlUrl)
  expect(fork.controlUrl).not.toBe(kafka.controlUrl)
  expect(await (await fetch(fork.controlUrl)).json()).toMatchObject({ bootstrap: fork.bootstrapServers })
  await using other = await new Broker({ isolation: 'inline', log: 'silent' }).start()
  expect(() => other.controlUrl).toThrow('startBroker({ control: true })')
  expect(other.env()).not.toHaveProperty('ODRADEK_CONTROL')
})
