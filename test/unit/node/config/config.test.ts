import { ConfigRefused, type ConfigSources, readConfig } from '../../../../src/node/config/config'
import { type Flags, type Voice, variableOfKey } from '../../../../src/node/config/sources'
import { profileSettings, profiles } from '../../../../src/node/config/profiles'
import { staticKey } from '../../../../src/metadata/config/keys'
import { isProblem, parseConfigValue } from '../../../../src/metadata/config/value'

interface Said {
  flags?: Flags
  environment?: ConfigSources['environment']
  file?: string
  profile?: ConfigSources['defaultProfile']
  brokers?: number
  voice?: Voice
}

function answer({ flags = {}, environment = {}, file, profile = 'dev', ...rest }: Said) {
  return readConfig({
    ...rest,
    flags: file === undefined ? flags : { config: 'server.properties', ...flags },
    environment,
    defaultProfile: profile,
    readFile: path => {
      if (path === 'server.properties' && file !== undefined) return Buffer.from(file, 'latin1')
      throw Object.assign(new Error('no file'), { code: 'ENOENT' })
    },
  })
}
const config = (said: Said) => answer(said).config
const statics = (said: Said) => Object.fromEntries(config(said).statics)

function problems(said: Said): readonly string[] {
  try {
    answer(said)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigRefused)
    return (error as ConfigRefused).problems
  }
  throw new Error('nothing was refused')
}

test.each([
  ['log.roll.ms=0', 'log.roll.ms must be greater than or equal to 1.'],
  ['log.roll.jitter.ms=-1', 'log.roll.jitter.ms must be greater than or equal to 0.'],
  [
    'max.connections.per.ip=0',
    'max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.',
  ],
])('%s is refused at start, as a change of it would be', (set, why) => {
  expect(problems({ flags: { set: [set] } })).toEqual([`${set} (--set): ${why}`])
})

describe('without a word', () => {
  test('dev listens on loopback, in memory, and does not wait for the disk', () => {
    expect(config({})).toMatchObject({
      profile: 'dev',
      listeners: [
        {
          name: 'PLAINTEXT',
          listen: { host: '127.0.0.1', port: 9092 },
          advertised: null,
          sasl: null,
          protocol: 'PLAINTEXT',
        },
      ],
      external: { host: null, port: null },
      dataDir: null,
      flush: 'os',
      nodeId: null,
      clusterId: null,
    })
  })

  test('prod waits for the disk, strict does as Kafka does', () => {
    expect(config({ profile: 'prod' }).flush).toBe('group')
    expect(config({ profile: 'strict' }).flush).toBe('os')
    expect(statics({ profile: 'prod' })['group.initial.rebalance.delay.ms']).toBeUndefined()
    expect(statics({ profile: 'dev' })['group.initial.rebalance.delay.ms']).toBe('0')
  })

  test.each(profiles)('what profile %s says are keys and values of the table', profile => {
    for (const [name, text] of Object.entries(profileSettings(profile, 3))) {
      const key = staticKey(name)
      expect(key).not.toBeNull()
      expect(isProblem(parseConfigValue(name, key!, text))).toBe(false)
    }
  })
})

describe('who wins', () => {
  const file = 'num.partitions=2\nlog.dirs=/file\nlisteners=PLAINTEXT://file:1001\nodradek.profile=strict'
  const environment = {
    ODRADEK_NUM_PARTITIONS: '3',
    ODRADEK_DATA_DIR: '/env',
    ODRADEK_PORT: '1002',
    ODRADEK_PROFILE: 'test',
  }
  const set = ['num.partitions=4', 'log.dirs=/set', 'listeners=PLAINTEXT://set:1003', 'odradek.profile=prod']

  test('the file over the profile', () => {
    expect(config({ file })).toMatchObject({
      profile: 'strict',
      dataDir: '/file',
      listeners: [{ listen: { host: 'file', port: 1001 } }],
    })
    expect(statics({ file })['num.partitions']).toBe('2')
  })

  test('the environment over the file', () => {
    expect(config({ file, environment })).toMatchObject({
      profile: 'test',
      dataDir: '/env',
      listeners: [{ listen: { host: 'file', port: 1002 } }],
    })
    expect(statics({ file, environment })['num.partitions']).toBe('3')
  })

  test('--set over the environment', () => {
    const said = { file, environment, flags: { set } }
    expect(config(said)).toMatchObject({
      profile: 'prod',
      dataDir: '/set',
      listeners: [{ listen: { host: 'set', port: 1003 } }],
    })
    expect(statics(said)['num.partitions']).toBe('4')
  })

  test('flags over all', () => {
    const flags = { set, port: '1004', host: 'flag', dataDir: '/flag,1', profile: 'dev', flush: 'group' }
    expect(config({ file, environment, flags })).toMatchObject({
      profile: 'dev',
      dataDir: '/flag,1',
      listeners: [{ listen: { host: 'flag', port: 1004 } }],
      flush: 'group',
    })
  })

  test('another name of the same thing gives way to a stronger layer, and not to its own', () => {
    const said = { file: 'log.retention.ms=1000', flags: { set: ['log.retention.hours=1'] } }
    expect(statics(said)['log.retention.ms']).toBeUndefined()
    expect(statics({ file: 'log.retention.ms=1000\nlog.retention.hours=1' })['log.retention.ms']).toBe('1000')
  })

  test('a module of options is not taken for a server.properties', () => {
    expect(problems({ environment: { ODRADEK_CONFIG: './odradek.config.mjs' } })).toEqual([
      './odradek.config.mjs is for the setups of jest and vitest. Here a server.properties is read, as num.partitions=3.',
    ])
  })

  test('--config over ODRADEK_CONFIG', () => {
    expect(problems({ environment: { ODRADEK_CONFIG: '/no/such' } })).toEqual([
      '/no/such cannot be read: there is no such file.',
    ])
    expect(config({ file: 'node.id=7', environment: { ODRADEK_CONFIG: '/no/such' } }).nodeId).toBe(7)
  })
})

describe('the environment', () => {
  test('names follow the rule of the Kafka images, and back', () => {
    expect(variableOfKey('log.retention.ms')).toBe('ODRADEK_LOG_RETENTION_MS')
    expect(variableOfKey('odradek.flush')).toBe('ODRADEK_FLUSH')
    expect(variableOfKey('a.b_c-d')).toBe('ODRADEK_A_B__C___D')
    expect(config({ environment: { ODRADEK_FLUSH: 'group' } }).flush).toBe('group')
    const cap = statics({ environment: { ODRADEK_FETCH_MAX_WAIT_MS_CAP: '7' } })
    expect(cap['odradek.fetch.max.wait.ms.cap']).toBe('7')
  })

  test('an empty short name is not set', () => {
    expect(config({ environment: { ODRADEK_PORT: '', ODRADEK_DATA_DIR: '', ODRADEK_CONFIG: '' } })).toMatchObject({
      listeners: [{ listen: { port: 9092 } }],
      dataDir: null,
    })
  })

  test('what Kubernetes says of a service called odradek is not for us', () => {
    const environment = {
      ODRADEK_PORT: 'tcp://10.0.0.1:9092',
      ODRADEK_PORT_9092_TCP: 'tcp://10.0.0.1:9092',
      ODRADEK_PORT_9092_TCP_ADDR: '10.0.0.1',
      ODRADEK_SERVICE_HOST: '10.0.0.1',
      ODRADEK_SERVICE_PORT: '9092',
      ODRADEK_SERVICE_PORT_KAFKA: '9092',
    }
    expect(config({ environment }).listeners[0].listen.port).toBe(9092)
  })

  test('names of the images of Apache Kafka are told of, once', () => {
    const told = (environment: Record<string, string>) => answer({ environment }).warnings
    const names = ['KAFKA_PROCESS_ROLES', 'KAFKA_NODE_ID', 'KAFKA_LISTENERS', 'KAFKA_ADVERTISED_LISTENERS']
    expect(told(Object.fromEntries(names.map(name => [name, 'x'])))).toEqual([
      'KAFKA_ADVERTISED_LISTENERS, KAFKA_LISTENERS, KAFKA_NODE_ID, KAFKA_PROCESS_ROLES (environment): these names are not read here. Write ODRADEK_ADVERTISED_LISTENERS for KAFKA_ADVERTISED_LISTENERS.',
    ])
    const more = ['KAFKA_LOG_DIRS', 'KAFKA_CFG_NUM_PARTITIONS', 'KAFKA_LISTENER_NAME_IN_MAX_CONNECTIONS']
    expect(told(Object.fromEntries([...names, ...more].map(name => [name, 'x'])))[0]).toMatch(
      /^KAFKA_ADVERTISED_LISTENERS, KAFKA_CFG_NUM_PARTITIONS, .* and 2 more \(environment\)/,
    )
    expect(told({ KAFKA_CFG_NUM_PARTITIONS: '3' })[0]).toMatch('ODRADEK_NUM_PARTITIONS for KAFKA_CFG_NUM_PARTITIONS')
    expect(told({ KAFKA_NUM_PARTITIONS: '3', ODRADEK_NUM_PARTITIONS: '3' })).toEqual([])
  })

  test('those of clients and of scripts, and of test runs, are not', () => {
    const names =
      `KAFKA_BROKERS KAFKA_BOOTSTRAP_SERVERS KAFKA_URL KAFKA_OPTS KAFKA_HEAP_OPTS KAFKA_LOG4J_OPTS KAFKA_HOME
      KAFKA_VERSION KAFKA_HOST KAFKA_PORT KAFKA_GROUP_ID KAFKA_TOPIC KAFKA_CLIENT_ID KAFKA_SECURITY_PROTOCOL KAFKA_SASL_JAAS_CONFIG
      KAFKA_SASL_MECHANISM KAFKA_SSL_TRUSTSTORE_LOCATION KAFKA_COMPRESSION_TYPE KAFKA_REQUEST_TIMEOUT_MS KAFKA_SERVICE_HOST
      KAFKA_FLUSH KAFKA_PROFILE KAFKA_ kafka_listeners`.split(/\s+/)
    expect(answer({ environment: Object.fromEntries(names.map(name => [name, 'x'])) }).warnings).toEqual([])
  })

  test('a name that is no key is refused with the nearest one', () => {
    expect(problems({ environment: { ODRADEK_NUM_PARTITION: '3' } })).toEqual([
      "ODRADEK_NUM_PARTITION is set, but there is no config key 'num.partition'. Did you mean ODRADEK_NUM_PARTITIONS?",
    ])
    expect(problems({ environment: { ODRADEK_DATADIR: '/x' } })[0]).toMatch('Did you mean ODRADEK_DATA_DIR?')
  })
})

describe('what is refused', () => {
  test('unknown keys, with the nearest and where they stand', () => {
    expect(problems({ file: '\nlog.retention.mss=1', flags: { set: ['num.partition=2'] } })).toEqual([
      "Unknown config key 'log.retention.mss' (server.properties:2). Did you mean 'log.retention.ms'?",
      "Unknown config key 'num.partition' (--set). Did you mean 'num.partitions'?",
    ])
  })

  test('keys of topics, with what a broker calls them', () => {
    expect(problems({ flags: { set: ['retention.ms=1'] } })).toEqual([
      "'retention.ms' (--set) is a topic's config; for a broker write 'log.retention.ms'.",
    ])
  })

  test('values that a key does not take', () => {
    expect(problems({ file: 'num.partitions=many' })).toEqual([
      'Invalid value many for configuration num.partitions: Not a number of type INT (server.properties:1).',
    ])
    expect(problems({ flags: { flush: 'always' } })[0]).toMatch('String must be one of: group, os (--flush).')
    expect(problems({ flags: { profile: 'fast' } })[0]).toMatch('String must be one of: dev, test, strict, prod')
  })

  test('a key without a value', () => {
    const set = ['num.partitions=', 'log.segment.bytes= ', 'odradek.external.port=']
    expect(problems({ flags: { set } })).toEqual([
      'num.partitions= (--set) has no value. Give it one, or leave it out for its default, which is 1.',
      'log.segment.bytes= (--set) has no value. Give it one, or leave it out for its default, which is 1073741824.',
      'odradek.external.port= (--set) has no value. Give it one, or leave it out for its default.',
    ])
  })

  test.each(['x', '-1', '65536', '', '1.5'])('the port %s', port => {
    expect(problems({ flags: { port } })).toEqual([
      `--port takes a port from 0 to 65535 (0 picks a free one), not '${port}'.`,
    ])
  })

  test('two ids of one node', () => {
    expect(problems({ file: 'node.id=3\nbroker.id=9' })).toEqual([
      'node.id=3 and broker.id=9 are two names of the same id. Leave broker.id out.',
    ])
  })

  test('a class of Java', () => {
    expect(problems({ file: 'create.topic.policy.class.name=com.acme.Policy' })).toEqual([
      'Invalid value com.acme.Policy for configuration create.topic.policy.class.name: Class com.acme.Policy could not be found: there is no Java here (server.properties:1).',
    ])
  })

  test('a --set without =', () => {
    expect(problems({ flags: { set: ['num.partitions'] } })).toEqual([
      '--set num.partitions: give key=value, such as --set num.partitions=3.',
    ])
  })

  test('more directories than one, and none', () => {
    expect(problems({ file: 'log.dirs=/a,/b' })[0]).toMatch('names 2 directories')
    expect(problems({ file: 'log.dirs=' })[0]).toMatch('log.dirs= (server.properties:1) has no value.')
    expect(problems({ file: 'log.dirs=,' })[0]).toMatch("Configuration 'log.dirs' values must not be empty")
  })

  test('what would be a false promise', () => {
    expect(problems({ file: 'authorizer.class.name=kafka.security.authorizer.AclAuthorizer' })[0]).toMatch(
      "there is no authorizer but Kafka's own",
    )
    expect(problems({ file: 'super.users=User:ann;bob' })[0]).toMatch("'bob' is no principal")
    expect(problems({ file: 'process.roles=controller' })[0]).toMatch('this node is a broker')
    expect(problems({ file: 'listeners=SASL_SSL://:9094' })[0]).toMatch(
      'SASL_SSL is of SASL_SSL, and served are PLAINTEXT, SASL_PLAINTEXT',
    )
    expect(problems({ file: 'listeners=9092' })[0]).toMatch("'9092' is not of the form NAME://host:port")
  })
})

describe("a file that was a Kafka's", () => {
  const file = `process.roles=broker,controller
node.id=3
controller.quorum.bootstrap.servers=localhost:9093
listeners=CONTROLLER://:9093,OUTSIDE://0.0.0.0:9192,INSIDE://:9292
inter.broker.listener.name=INSIDE
advertised.listeners=OUTSIDE://kafka.example:19192,INSIDE://inside:9292
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,OUTSIDE:PLAINTEXT,INSIDE:PLAINTEXT
offsets.topic.replication.factor=3
zookeeper.connect=localhost:2181
log.dir=/weaker
log.dirs=/data
broker.id=3`

  test('gives the address, what is advertised, the directory and the node', () => {
    expect(config({ file })).toMatchObject({
      listeners: [
        {
          name: 'OUTSIDE',
          listen: { host: '0.0.0.0', port: 9192 },
          advertised: { host: 'kafka.example', port: 19192 },
        },
        { name: 'INSIDE', listen: { host: '', port: 9292 }, advertised: { host: 'inside', port: 9292 } },
      ],
      dataDir: '/data',
      nodeId: 3,
    })
    expect(statics({ file })['log.dir']).toBeUndefined()
    expect(statics({ file })['listeners']).toMatch('CONTROLLER://:9093')
  })

  test('and a sentence for what it means nothing here', () => {
    const { warnings, config } = answer({ file })
    expect(config.statics.get('offsets.topic.replication.factor')).toBe('1')
    expect(warnings).toEqual(
      expect.arrayContaining([
        'Without effect on this node: controller.quorum.bootstrap.servers (server.properties:3).',
        'offsets.topic.replication.factor=3 (server.properties:9) needs 3 brokers; on a single node it is 1.',
        'Keys of older releases of Kafka, not used: zookeeper.connect (server.properties:10).',
      ]),
    )
  })
})

describe('what clients are told', () => {
  const told = (given: string) => config({ file: given }).listeners[0].advertised

  test('is by the way they came, or a host, or a host and a port', () => {
    expect(told('')).toBeNull()
    expect(told('odradek.advertise=auto')).toBeNull()
    expect(told('odradek.advertise=kafka')).toEqual({ host: 'kafka', port: 0 })
    expect(told('odradek.advertise=[::1]:7000')).toEqual({ host: '::1', port: 7000 })
  })

  test('is what was said last, of advertised.listeners too', () => {
    const listeners = 'advertised.listeners=PLAINTEXT://a:1'
    expect(told(`odradek.advertise=b\n${listeners}`)).toEqual({ host: 'a', port: 1 })
    expect(told(`${listeners}\nodradek.advertise=auto`)).toBeNull()
  })

  test.each(['0.0.0.0', '::', 'a:b', 'http://a', 'a:70000', ''])('is not %j', text => {
    expect(() => told(`odradek.advertise=${text}`)).toThrow('takes auto, HOST or HOST:PORT')
  })

  test('from outside of a container', () => {
    const file = 'odradek.external.host=docker.example\nodradek.external.port=19092'
    expect(config({ file }).external).toEqual({ host: 'docker.example', port: 19092 })
  })
})

describe('a listener that asks who somebody is', () => {
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
  const listener = 'listeners=CLIENTS://127.0.0.1:9094\nlistener.security.protocol.map=CLIENTS:SASL_PLAINTEXT'
  const key = 'listener.name.clients.plain.sasl.jaas.config'

  test('has mechanisms, users, and a time after which they say it again', () => {
    const jaas = `${plain} username="x" user_ann="se cret" user_bob="b";`
    const file = `${listener}\nsasl.enabled.mechanisms=GSSAPI
listener.name.clients.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
${key}=${jaas}
connections.max.reauth.ms=5000
listener.name.clients.plain.connections.max.reauth.ms=7000`
    const { config, warnings } = answer({ file })
    const [{ name, sasl }] = config.listeners
    expect(name).toBe('CLIENTS')
    expect(sasl!.mechanisms).toEqual(['PLAIN', 'SCRAM-SHA-512'])
    expect([...sasl!.plainUsers]).toEqual([
      ['ann', 'se cret'],
      ['bob', 'b'],
    ])
    expect([...sasl!.maxReauthMs.values()]).toEqual([7000, 5000])
    expect(warnings.filter(line => line.includes('jaas'))).toEqual([])
    expect(answer({}).config.listeners[0].sasl).toBeNull()
  })

  test('is not opened without them', () => {
    expect(problems({ file: listener })[0]).toMatch('GSSAPI is not served')
    expect(problems({ file: `${listener}\nsasl.enabled.mechanisms=PLAIN` })[0]).toMatch('SASL PLAIN needs users')
    expect(problems({ file: `${listener}\nsasl.enabled.mechanisms=PLAIN\n${key}=user_ann="x"` })[0]).toMatch(
      'has to begin with',
    )
  })
})

describe('several listeners', () => {
  const map = 'listener.security.protocol.map=IN:SASL_PLAINTEXT,OUT:PLAINTEXT,ANY:PLAINTEXT'
  const sasl = 'listener.name.in.sasl.enabled.mechanisms=SCRAM-SHA-256'
  const two = `listeners=OUT://0.0.0.0:1,in://[::1]:2\n${map}\n${sasl}`

  test('each with its protocol, its address and what clients are told', () => {
    const { config, warnings } = answer({ file: `${two}\nadvertised.listeners=IN://h:9` })
    expect(config.listeners).toMatchObject([
      { name: 'OUT', protocol: 'PLAINTEXT', listen: { host: '0.0.0.0', port: 1 }, advertised: null, sasl: null },
      {
        name: 'IN',
        protocol: 'SASL_PLAINTEXT',
        listen: { host: '::1', port: 2 },
        advertised: { host: 'h', port: 9 },
        sasl: { mechanisms: ['SCRAM-SHA-256'] },
      },
    ])
    expect(warnings).toEqual([])
    expect(config.statics.get('listeners')).toBe('OUT://0.0.0.0:1,in://[::1]:2')
  })

  test('flags are about the first, a host to advertise about all, and one with a port about the first', () => {
    const { listeners, statics } = config({ file: two, flags: { port: '7', host: 'x', advertise: 'h' } })
    expect(listeners.map(({ listen, advertised }) => [listen, advertised])).toEqual([
      [
        { host: 'x', port: 7 },
        { host: 'h', port: 0 },
      ],
      [
        { host: '::1', port: 2 },
        { host: 'h', port: 0 },
      ],
    ])
    expect(statics.get('listeners')).toBe('OUT://x:7,IN://[::1]:2')
    const told = config({ file: two, flags: { advertise: 'h:5' } }).listeners.map(({ advertised }) => advertised)
    expect(told).toEqual([{ host: 'h', port: 5 }, null])
    expect(problems({ file: two, flags: { port: '2' } })[0]).toMatch('port 2 is that of the listener IN as well')
  })

  test('what is said of a listener that there is not does nothing, and is told', () => {
    const { warnings } = answer({ file: `${two}\nlistener.name.none.max.connections=3` })
    expect(warnings).toEqual([
      'listener.name.none.max.connections (server.properties:4) is of a listener that is not there.',
    ])
  })

  test.each([
    ['listeners=OUT://:1,OUT://:2', 'OUT is there twice'],
    ['listeners=OUT://:1,out://:2', 'OUT is there twice'],
    ['listeners=OUT://:1,ANY://:1', 'port 1 is that of several'],
    ['listeners=OUT://127.0.0.1:1,ANY://127.0.0.2:1', 'port 1 is that of several'],
    ['listeners=OUT://localhost:1,ANY://[::1]:1', 'port 1 is that of several'],
    ['listeners=OUT://:1,', "'listeners' values must not be empty"],
    ['listeners=OUT://:1,NONE://:2', 'nothing says of which protocol NONE is'],
    ['listeners=PLAINTEXT://:1', 'nothing says of which protocol PLAINTEXT is'],
    ['listeners=OUT://:1\nadvertised.listeners=OUT://h:1,ANY://h:2', 'ANY is none of the listeners for clients'],
    ['listeners=OUT://:1\nadvertised.listeners=OUT://h:1,OUT://h:2', 'OUT is there twice'],
    ['listeners=OUT://:1\nadvertised.listeners=', 'advertised.listeners= (server.properties:3) has no value'],
    ['listeners=OUT://:1\nadvertised.listeners=OUT://0.0.0.0:1', 'clients cannot connect to 0.0.0.0'],
    ['listeners=OUT://:1\ninter.broker.listener.name=ANY', 'is none of the listeners for clients: OUT'],
    [
      'listeners=OUT://:1\ninter.broker.listener.name=OUT\nsecurity.inter.broker.protocol=PLAINTEXT',
      'exclude one another',
    ],
    [
      'listeners=OUT://:1,ANY://:2\ninter.broker.listener.name=ANY\nadvertised.listeners=OUT://h:1',
      'ANY, which inter.broker.listener.name names, is not there',
    ],
    ['listeners=OUT://:1\nlistener.security.protocol.map=OUT:TLS', "'OUT:TLS', which is not of the form NAME:PROTOCOL"],
    ['listeners=OUT://:1\nlistener.security.protocol.map=OUT:SSL', 'OUT is of SSL, and served are'],
  ])('%s is refused', (file, why) => {
    expect(problems({ file: `${map}\n${file}` }).join()).toContain(why)
  })

  test.each([
    'listeners=OUT://127.0.0.1:1,ANY://[::1]:1',
    'listeners=OUT://:0,ANY://:0',
    'listeners=OUT://:1,ANY://:2\nadvertised.listeners=OUT://h:1,ANY://h:1',
    'listeners=OUT://:1,ANY://:2\ninter.broker.listener.name=any',
    'listeners=OUT://:1\nlistener.security.protocol.map=OUT:plaintext,X:SSL',
  ])('%s is not', file => {
    expect(config({ file: `${map}\n${file}` }).listeners[0].name).toBe('OUT')
  })
})

describe('of several nodes each takes the port after the one before it', () => {
  test.each([
    [{ port: '65534' }, [], 'with 3 nodes PLAINTEXT listens at the ports from 65534 to 65536, and 65535 is the last'],
    [{ port: '9000', advertise: 'h:65535' }, [], 'PLAINTEXT tells the ports from 65535 to 65537'],
    [
      {},
      ['listeners=PLAINTEXT://:9092,SSL://:9094', 'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SSL:PLAINTEXT'],
      'PLAINTEXT listens at the ports from 9092 to 9094, of which some are those of SSL. Give ports that are further apart.',
    ],
  ])('%j %j is refused', (flags, set, why) => {
    expect(problems({ flags: { ...flags, set }, brokers: 3 }).join()).toContain(why)
  })

  test.each([
    [{ port: '65533' }, []],
    [{ port: '0', advertise: 'h' }, []],
    [{}, ['listeners=A://127.0.0.1:9092,B://[::1]:9094', 'listener.security.protocol.map=A:PLAINTEXT,B:PLAINTEXT']],
  ])('%j %j is not', (flags, set) => {
    expect(config({ flags: { ...flags, set }, brokers: 3 }).listeners.length).toBeGreaterThan(0)
  })
})

test('who calls flags options is told of them by that name', () => {
  const flags = { profile: 'fast', advertise: '0.0.0.0', set: ['num.partitions=many'] }
  const said = problems({ flags, voice: 'options' })
  expect(said.join('\n')).not.toContain('--')
  expect(said).toEqual([
    expect.stringMatching(/num\.partitions.*\(config of startBroker\)/),
    expect.stringMatching(/fast.*\(profile of startBroker\)/),
    expect.stringMatching(/^advertise of startBroker takes auto, HOST or HOST:PORT/),
  ])
})
