/**
 * The published tests of segmentio's kafka-go against a broker: `node scripts/run.js compat/kafka-go/published.ts [--against kafka]`.
 * They ask for a broker at localhost:9092, so that port must be free. Left out: what takes SASL, TLS or an authorizer, its tests of
 * name resolving (they look for a public name), the tests of `net.Conn`, which open connections by the hundred and time them, and some that
 * fail against Apache Kafka 4.4 as well: they call a function that they never set, or wait too briefly for a rebalance or for a
 * compaction, or start a reader before its topic, which fails there in half of all runs (FINDINGS.md).
 */
import { mustRun, run } from '../../scripts/judge/process'
import { copyOfModule, goTests } from '../shared/go'
import { ended, published } from '../shared/published'

/** Parts of names of tests, and behind a slash of subtests: what begins with one comes last, since go looks no further for a name. */
const leftOut = [
  'SASL|TLS|ACLs|TestDialerResolver|Scram',
  'TestReaderConsumerGroup/(consumer_group_commits_on_close|consumer_group_rebalance$|verify_offset_committed)',
  'TestRebalanceTooManyConsumers|TestReaderReadCompactedMessage',
  'TestConsumerGroupWithTopic$|TestConsumerGroupWithGroupTopicsSingle',
  '/SASL|/TLS',
].join('|')
const port = 9092

published({
  programs: ['go'],
  broker: {
    port,
    settings: {
      'advertised.listeners': `PLAINTEXT://localhost:${port}`,
      'auto.create.topics.enable': 'true',
      'group.initial.rebalance.delay.ms': '0',
      'message.max.bytes': '200000000',
    },
  },
  async run() {
    const cwd = await copyOfModule('github.com/segmentio/kafka-go@v0.4.51', 'compat/kafka-go')
    await mustRun('go', ['mod', 'tidy'], { cwd, timeoutMs: 120_000 })
    const env = { ...process.env, KAFKA_VERSION: '4.0.0', KAFKA_SKIP_NETTEST: '1' }
    const args = ['test', '.', '-skip', leftOut, '-count=1', '-v', '-timeout', '800s']
    return goTests(await run('go', args, { cwd, env, timeoutMs: 900_000 }))
  },
}).catch(ended)
