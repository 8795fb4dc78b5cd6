/** Waits until a broker has heard of everything that was decided before: Kafka's controller answers a little earlier. */
import { AlterClientQuotas } from '../../src/protocol/messages/alter-client-quotas'
import { DescribeClientQuotas } from '../../src/protocol/messages/describe-client-quotas'
import { sleep } from '../judge/process'
import type { Subject } from './subject'

const deadlineMs = 10_000

/** Metadata is published in order: when a mark that is set and taken away has come and gone, so has all before it. */
export async function published(subject: Subject, connection = 'main'): Promise<void> {
  const name = subject.name('mark')
  for (const remove of [false, true]) {
    const entity = [{ entityType: 'user', entityName: name }]
    const asked = { entries: [{ entity, ops: [{ key: 'request_percentage', value: 1, remove }] }], validateOnly: false }
    const { entries } = await subject.quiet(AlterClientQuotas, asked, undefined, connection)
    if (entries[0]?.errorCode !== 0) throw new Error(`the mark cannot be altered: error ${entries[0]?.errorCode}`)
    await untilSeen(subject, connection, name, !remove)
  }
}

async function untilSeen(subject: Subject, connection: string, name: string, isThere: boolean): Promise<void> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    const components = [{ entityType: 'user', matchType: 0, match: name }]
    const { entries } = await subject.quiet(DescribeClientQuotas, { components, strict: true }, undefined, connection)
    if ((entries ?? []).length > 0 === isThere) return
    if (Date.now() > deadline) throw new Error('the broker does not hear of what the controller has decided')
    await sleep(10)
  }
}
