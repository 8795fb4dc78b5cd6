/** What is said of protocols and logins holds for the listener that there is where none is given. */
import { type ConfigAnswer, ConfigRefused, type ConfigSources, readConfig } from '../../../../src/node/config/config'

const map = 'listener.security.protocol.map'
const jaas = 'listener.name.plaintext.plain.sasl.jaas.config'
const secured = {
  [map]: 'PLAINTEXT:SASL_PLAINTEXT',
  'sasl.enabled.mechanisms': 'PLAIN',
  [jaas]: 'org.apache.kafka.common.security.plain.PlainLoginModule required user_ann="a";',
}

type Settings = Readonly<Record<string, string>>
const linesOf = (settings: Settings): string[] => Object.entries(settings).map(([key, text]) => `${key}=${text}`)

function read(said: Partial<ConfigSources>, file = ''): ConfigAnswer {
  const readFile = () => Buffer.from(file)
  return readConfig({ flags: {}, environment: {}, defaultProfile: 'dev', readFile, ...said })
}

function refusal(settings: Settings): string {
  try {
    read({ flags: { set: linesOf(settings) } })
  } catch (error) {
    if (error instanceof ConfigRefused) return error.message
    throw error
  }
  return 'starts'
}

const ways: readonly (readonly [string, (settings: Settings) => ConfigAnswer])[] = [
  ['--set', settings => read({ flags: { set: linesOf(settings) } })],
  ['--set, --port and --host', settings => read({ flags: { set: linesOf(settings), port: '7', host: '127.0.0.2' } })],
  ['a file', settings => read({ flags: { config: 'server.properties' } }, linesOf(settings).join('\n'))],
  [
    'a file, and a port of the environment',
    settings =>
      read({ environment: { ODRADEK_PORT: '7', ODRADEK_CONFIG: 'server.properties' } }, linesOf(settings).join('\n')),
  ],
  [
    'the environment',
    ({ [map]: protocols, [jaas]: users, 'sasl.enabled.mechanisms': mechanisms }) =>
      read({
        environment: {
          ODRADEK_LISTENER_SECURITY_PROTOCOL_MAP: protocols,
          ODRADEK_LISTENER_NAME_PLAINTEXT_PLAIN_SASL_JAAS_CONFIG: users,
          ODRADEK_SASL_ENABLED_MECHANISMS: mechanisms,
        },
      }),
  ],
  ['options', settings => read({ flags: { set: linesOf(settings), port: '0', host: '127.0.0.1' }, voice: 'options' })],
  ['three nodes', settings => read({ flags: { set: linesOf(settings) }, brokers: 3 })],
]

test.each(ways)('by %s it asks who somebody is', (_, start) => {
  const { config, warnings } = start(secured)
  expect(config.listeners).toMatchObject([{ name: 'PLAINTEXT', protocol: 'SASL_PLAINTEXT' }])
  expect([...config.listeners[0].sasl!.plainUsers]).toEqual([['ann', 'a']])
  expect(warnings).toEqual([])
})

test('at the address that is said apart', () => {
  const { listeners } = read({ flags: { set: linesOf(secured), port: '7', host: 'x' } }).config
  expect(listeners[0].listen).toEqual({ host: 'x', port: 7 })
})

// With the same settings a Kafka does not start either, unless TLS is what keeps ours from it.
const usual = 'listeners is not given, so that it is PLAINTEXT://127.0.0.1:9092: '
test.each([
  [{ [map]: 'PLAINTEXT:SSL' }, `${usual}PLAINTEXT is of SSL, and served are PLAINTEXT, SASL_PLAINTEXT.`],
  [{ [map]: 'PLAINTEXT:SASL_SSL' }, `${usual}PLAINTEXT is of SASL_SSL, and served are PLAINTEXT, SASL_PLAINTEXT.`],
  [{ [map]: 'PLAINTEXT:FOO' }, `${usual}${map} has 'PLAINTEXT:FOO', which is not of the form NAME:PROTOCOL`],
  [{ [map]: 'PLAINTEXT:PLAINTEXT,Z:FOO' }, `${usual}${map} has 'Z:FOO', which is not of the form NAME:PROTOCOL`],
  [{ [map]: 'PLAINTEXT=SASL_PLAINTEXT' }, `${usual}${map} has 'PLAINTEXT=SASL_PLAINTEXT', which is not of the form`],
  [{ [map]: 'A:PLAINTEXT' }, `${usual}nothing says of which protocol PLAINTEXT is`],
  [{ [map]: '' }, `${usual}nothing says of which protocol PLAINTEXT is`],
  [{ [map]: '', listeners: 'PLAINTEXT://:1' }, 'nothing says of which protocol PLAINTEXT is'],
  [{ [map]: 'PLAINTEXT:SASL_PLAINTEXT' }, 'GSSAPI is not served'],
  [{ 'controller.listener.names': 'PLAINTEXT' }, `${usual}none of them is for clients.`],
  [
    { 'security.inter.broker.protocol': 'SASL_PLAINTEXT' },
    'security.inter.broker.protocol=SASL_PLAINTEXT (--set) is none of the listeners for clients: PLAINTEXT.',
  ],
  [
    { 'security.inter.broker.protocol': 'SSL', listeners: 'PLAINTEXT://:1' },
    'security.inter.broker.protocol=SSL (--set) is none of the listeners for clients: PLAINTEXT.',
  ],
])('%j is refused', (settings, why) => {
  expect(refusal(settings as unknown as Settings)).toContain(why)
})

test.each([
  {},
  { [map]: 'PLAINTEXT:PLAINTEXT,SSL:SSL' },
  { [map]: 'plaintext:plaintext' },
  { [map]: 'PLAINTEXT:SSL,PLAINTEXT:PLAINTEXT' },
  { 'security.inter.broker.protocol': 'PLAINTEXT' },
])('%j is not', settings => {
  expect(refusal(settings as unknown as Settings)).toBe('starts')
})

test('what is said of logins that no listener asks for is told', () => {
  const { [map]: _, ...others } = secured
  const { warnings } = read({ flags: { set: linesOf(others) } })
  expect(warnings).toEqual([
    'sasl.enabled.mechanisms (--set) does nothing: PLAINTEXT asks nobody for a login. SASL_PLAINTEXT does.',
    `${jaas} (--set) does nothing: PLAINTEXT asks nobody for a login. SASL_PLAINTEXT does.`,
  ])
})

test('the name of a listener is found in small letters only, as in Kafka', () => {
  const { warnings } = read({ flags: { set: ['listener.name.PLAINTEXT.max.connections=3'] } })
  expect(warnings).toEqual([
    'listener.name.PLAINTEXT.max.connections (--set) does nothing: write listener.name.plaintext, in small letters.',
  ])
})
