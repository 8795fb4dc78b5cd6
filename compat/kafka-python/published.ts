/**
 * The published integration tests of kafka-python against a broker:
 * `node scripts/run.js compat/kafka-python/published.ts [--against kafka]`. Left out: those of TLS and SASL, which start a Kafka of their
 * own, one that expects the client to take the broker for the release it names, and one that expects a broker which was told what
 * to advertise.
 */
import fs from 'node:fs'
import path from 'node:path'
import { mustRun, run, temporaryDir } from '../../scripts/judge/process'
import { ended, published } from '../shared/published'

const version = '3.0.12'
const kafkaVersion = '4.2.0'
const leftOut = [
  'test_ssl',
  'test_sasl',
  'test_kafka_version_infer',
  'test_describe_configs_broker_resource_returns_configs',
]

/** The one module of the tests that the source distribution lacks, as far as a broker that already runs needs it. */
const service = `class ExternalService:
    def __init__(self, host, port):
        self.host, self.port = host, port
    def open(self): pass
    def close(self): pass
class SpawnedService: pass
`

/** The unpacked source distribution, installed into an environment of its own. */
async function unpacked(): Promise<{ readonly python: string; readonly cwd: string }> {
  const work = temporaryDir('kafka-python-')
  const environment = path.join(work, 'venv')
  await mustRun('python3', ['-m', 'venv', environment], { timeoutMs: 120_000 })
  const python = path.join(environment, 'bin/python')
  const pip = (...args: string[]) => mustRun(python, ['-m', 'pip', '-q', ...args], { cwd: work, timeoutMs: 300_000 })
  await pip('download', '--no-deps', '--no-binary', ':all:', '-d', '.', `kafka-python==${version}`)
  await mustRun('tar', ['xzf', `kafka_python-${version}.tar.gz`], { cwd: work })
  const cwd = path.join(work, `kafka_python-${version}`)
  await pip('install', cwd, 'pytest', 'pytest-timeout', 'pytest-asyncio', 'crc32c', 'lz4', 'python-snappy', 'zstandard')
  // Python has a package called test of its own.
  fs.writeFileSync(path.join(cwd, 'test/__init__.py'), '')
  fs.writeFileSync(path.join(cwd, 'test/service.py'), service)
  fs.mkdirSync(path.join(cwd, 'servers', kafkaVersion, 'kafka-bin'), { recursive: true })
  return { python, cwd }
}

published({
  programs: ['python3'],
  broker: {
    settings: {
      'node.id': '0',
      'num.partitions': '4',
      'group.min.session.timeout.ms': '100',
      'group.initial.rebalance.delay.ms': '100',
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'allow.everyone.if.no.acl.found': 'true',
    },
  },
  async run({ port }) {
    const { python, cwd } = await unpacked()
    const env = { ...process.env, KAFKA_URI: `plaintext://127.0.0.1:${port}`, KAFKA_VERSION: kafkaVersion }
    const args = ['-m', 'pytest', 'test/integration', '-q', '--timeout', '180', '--show-capture=no', '--tb=line']
    const wanted = ['-k', leftOut.map(name => `not ${name}`).join(' and ')]
    const { stdout } = await run(python, [...args, ...wanted], { cwd, env, timeoutMs: 900_000 })
    const of = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(stdout.slice(-400))?.[1] ?? 0)
    return { passed: of('passed'), failed: of('failed') + of('error'), report: stdout.slice(-6000) }
  },
}).catch(ended)
