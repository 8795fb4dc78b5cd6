/** Settings of listeners with which a broker starts, and those with which it does not: Apache Kafka's verdict and ours. */
import { ConfigRefused, readConfig } from '../../src/node/config'
import { refusalOf } from '../judge/kafka'

interface Case {
  readonly settings: Readonly<Record<string, string>>
  /** Why our verdict is meant to differ. */
  readonly differs?: string
}

const map = 'listener.security.protocol.map'
const told = 'advertised.listeners'
const inter = 'inter.broker.listener.name'
const at = '127.0.0.1'
const one = { listeners: `A://${at}:22301`, [map]: 'A:PLAINTEXT' }
const two = { listeners: `A://${at}:22301,B://${at}:22302`, [map]: 'A:PLAINTEXT,B:PLAINTEXT' }
const of = (listeners: string) => ({ ...two, listeners })

const cases: Readonly<Record<string, Case>> = {
  'one listener': { settings: one },
  'two listeners': { settings: two },
  'blanks around them': { settings: of(` A://${at}:22301 , B://${at}:22302`) },
  'a name twice': { settings: of(`A://${at}:22301,A://${at}:22302`) },
  'a name twice, in other letters': { settings: of(`A://${at}:22301,a://${at}:22302`) },
  'a port twice': { settings: of(`A://${at}:22301,B://${at}:22301`) },
  'a port twice, at two addresses': { settings: of(`A://${at}:22301,B://127.0.0.2:22301`) },
  'a port twice, by IPv4 and IPv6': { settings: of(`A://${at}:22301,B://[::1]:22301`) },
  'a port twice, by name and IPv6': { settings: of('A://localhost:22301,B://[::1]:22301') },
  'any port twice': { settings: { ...of(`A://${at}:0,B://${at}:0`), [told]: 'A://h:1,B://h:2' } },
  'no port': { settings: of(`A://${at}`) },
  'a port too large': {
    settings: of(`A://${at}:70000`),
    differs: 'Kafka sees it when it opens the port.',
  },
  'a comma at the end': { settings: of(`A://${at}:22301,`) },
  'no protocol': { settings: { listeners: one.listeners } },
  'a protocol that there is not': { settings: { ...one, [map]: 'A:FOO' } },
  'a protocol in small letters': { settings: { ...one, [map]: 'A:plaintext' } },
  'a protocol for others': {
    settings: { listeners: `PLAINTEXT://${at}:22301`, [map]: 'A:PLAINTEXT', [inter]: 'PLAINTEXT' },
  },
  'a protocol for nobody': { settings: { ...one, [map]: 'A:PLAINTEXT,Z:SSL' } },
  'a protocol twice': { settings: { ...one, [map]: 'A:PLAINTEXT,A:PLAINTEXT' } },
  'a map that is none': { settings: { ...one, [map]: 'A=PLAINTEXT' } },
  'told of a listener that there is not': { settings: { ...two, listeners: one.listeners, [told]: 'A://h:1,B://h:2' } },
  'told twice of one': { settings: { ...one, [told]: 'A://h:1,A://h:2' } },
  'told one port of two': { settings: { ...two, [told]: 'A://h:1,B://h:1' } },
  'told of one of two': { settings: { ...two, [told]: 'A://h:1' } },
  'not told of that of brokers': { settings: { ...two, [told]: 'B://h:1' } },
  'told of every interface': { settings: { ...one, [told]: 'A://0.0.0.0:1' } },
  'told of no host': { settings: { ...one, [told]: 'A://:1' } },
  'told of nothing': { settings: { ...one, [told]: '' } },
  'that of brokers is none': { settings: { ...one, [inter]: 'B' } },
  'that of brokers in small letters': { settings: { ...one, [inter]: 'a' } },
  'that of brokers is of controllers': { settings: { ...one, [inter]: 'CONTROLLER' } },
  'that of brokers, and its protocol': { settings: { ...one, 'security.inter.broker.protocol': 'PLAINTEXT' } },
  'a protocol of TLS': {
    settings: { ...two, [map]: 'A:PLAINTEXT,B:SSL' },
    differs: 'TLS is not served.',
  },
}

/** Kafka has a listener for its controllers, and wants to be told by which its brokers meet. */
function propertiesOf({ listeners = '', ...settings }: Case['settings']): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    [inter]: 'A',
    ...settings,
    ...(settings[map] === undefined ? {} : { [map]: `${settings[map]},CONTROLLER:PLAINTEXT` }),
    listeners: `CONTROLLER://${at}:22399,${listeners}`,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@${at}:22399`,
  }
}

/** Null when it would start. */
function ourRefusal(properties: Readonly<Record<string, string>>): string | null {
  const text = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`)
  try {
    readConfig({
      flags: { config: 'server.properties' },
      environment: {},
      readFile: () => Buffer.from(text.join('')),
      defaultProfile: 'strict',
    })
    return null
  } catch (error) {
    if (error instanceof ConfigRefused) return error.message
    throw error
  }
}

/** Prints what differs, and gives how many cases there were and how many differ in a way that is not meant. */
export async function compareStarts(isVerbose: boolean): Promise<{ readonly asked: number; readonly failed: number }> {
  let failed = 0
  for (const [name, { settings, differs }] of Object.entries(cases)) {
    const properties = propertiesOf(settings)
    const [theirs, ours] = [await refusalOf(properties), ourRefusal(properties)]
    const isSame = (theirs === null) === (ours === null)
    const isMeant = isSame === (differs === undefined)
    if (!isMeant) failed++
    if (isMeant && !isVerbose) continue
    const shown = (refusal: string | null) => (refusal === null ? 'starts' : `refuses: ${refusal}`)
    process.stdout.write(
      `${isMeant ? 'ok    ' : 'FAILED'} ${name}\n    kafka ${shown(theirs)}\n    ours  ${shown(ours)}\n`,
    )
  }
  return { asked: Object.keys(cases).length, failed }
}
