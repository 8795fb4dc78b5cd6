/**
 * The published tests of franz-go's client against a broker: `node scripts/run.js compat/franz-go/published.ts [--against kafka]`.
 * What they need and is not served yet (the consumer protocol of KIP-848, share groups), and what asks for a second broker with
 * SASL, is left out.
 */
import { run } from '../../scripts/judge/process'
import { copyOfModule, goTests } from '../shared/go'
import { ended, published } from '../shared/published'

const leftOut = '848|Share|Scram|SCRAM|OAuth'

published({
  programs: ['go'],
  broker: { settings: { 'group.initial.rebalance.delay.ms': '100' } },
  async run(broker) {
    const cwd = await copyOfModule('github.com/twmb/franz-go', 'compat/franz-go')
    const env = { ...process.env, KGO_SEEDS: broker.address, KGO_TEST_RF: '1', KGO_TEST_RECORDS: '20000' }
    const args = ['test', './pkg/kgo', '-skip', leftOut, '-count=1', '-v']
    return goTests(await run('go', args, { cwd, env, timeoutMs: 900_000 }))
  },
}).catch(ended)
