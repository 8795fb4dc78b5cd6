/** Lists that name something twice, nothing, or what there cannot be, asked by somebody who is allowed little of it. */
import { AlterConfigs } from '../../../src/protocol/messages/alter-configs'
import { CreatePartitions } from '../../../src/protocol/messages/create-partitions'
import { DeleteGroups } from '../../../src/protocol/messages/delete-groups'
import { DeleteRecords } from '../../../src/protocol/messages/delete-records'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/incremental-alter-configs'
import { give } from '../guest'
import { eachVersion, type Scenario } from '../scenario'
import type { Subject } from '../subject'

async function twoTopics(subject: Subject): Promise<{ open: string; closed: string }> {
  const [open, closed] = [await subject.topic('open'), await subject.topic('closed')]
  for (const to of ['alter', 'delete'] as const) await give(subject, { to, of: 'topic', named: open.name })
  return { open: open.name, closed: closed.name }
}

async function partitions(subject: Subject, version: number): Promise<void> {
  const { open, closed } = await twoTopics(subject)
  for (const names of [[closed, closed], [closed, open, closed], [open, open, closed], [closed, open, open], [open]]) {
    const topics = names.map((name, at) => ({ name, count: 3 + at, assignments: null }))
    for (const timeoutMs of [10_000, 0]) {
      await subject.ask(CreatePartitions, { topics, timeoutMs, validateOnly: true }, version, subject.guest)
    }
  }
}

async function groups(subject: Subject, version: number): Promise<void> {
  const [open, closed, other] = ['g', 'h', 'i'].map(name => subject.name(name)) as [string, string, string]
  await give(subject, { to: 'delete', of: 'group', named: open })
  for (const groupsNames of [
    [closed, closed],
    [closed, open, closed],
    [other, closed, other],
    [open, closed, open],
    [],
  ]) {
    await subject.ask(DeleteGroups, { groupsNames }, version, subject.guest)
  }
}

async function records(subject: Subject, version: number): Promise<void> {
  const { open, closed } = await twoTopics(subject)
  const of = (name: string, ...indexes: number[]) => ({
    name,
    partitions: indexes.map(partitionIndex => ({ partitionIndex, offset: 0 })),
  })
  for (const topics of [
    [of(closed, 0, 0)],
    [of(closed, 0, 1)],
    [of(closed, 0), of(closed, 1, 0)],
    [of(closed)],
    [of(open)],
    [of(closed), of(open)],
    [of(closed), of(open, 0), of(closed, 0)],
    [of(open, 0), of(closed, 0), of(open, 7)],
  ]) {
    await subject.ask(DeleteRecords, { topics, timeoutMs: 10_000 }, version, subject.guest)
  }
}

const [broker, logger] = [4, 8]

async function changed(subject: Subject, version: number): Promise<void> {
  for (const resourceType of [broker, logger, 99]) {
    for (const resourceName of ['x', '', '1', '2', '99999999999']) {
      for (const configOperation of [0, 9]) {
        const configs = [{ name: 'log.retention.ms', value: '5000', configOperation }]
        const resource = { resourceType, resourceName, configs }
        for (const resources of [[resource], [resource, resource]]) {
          await subject.ask(IncrementalAlterConfigs, { resources, validateOnly: true }, version, subject.guest)
        }
      }
    }
  }
}

async function replaced(subject: Subject, version: number): Promise<void> {
  for (const resourceType of [broker, 99]) {
    for (const resourceName of ['x', '', '1', '2', '99999999999']) {
      for (const value of ['5000', null]) {
        const resource = { resourceType, resourceName, configs: [{ name: 'log.retention.ms', value }] }
        await subject.ask(AlterConfigs, { resources: [resource], validateOnly: true }, version, subject.guest)
      }
    }
  }
}

export const deniedListScenarios: readonly Scenario[] = [
  eachVersion(CreatePartitions, 'access: lists of new partitions', partitions),
  eachVersion(DeleteGroups, 'access: lists of groups', groups),
  eachVersion(DeleteRecords, 'access: lists of records to delete', records),
  eachVersion(IncrementalAlterConfigs, 'access: configs of brokers', changed),
  eachVersion(AlterConfigs, 'access: replaced configs of brokers', replaced),
]
