/**
 * Tells every story of this folder to the coordinator in a simulated world. `UPDATE=1` writes down what is heard.
 * `STORIES_AGAINST=host:port` tells them to a broker over the network instead, such as an Apache Kafka that was started
 * with group.initial.rebalance.delay.ms=0: what it says and what is written here must be the same. Lines that only our own
 * broker can follow begin with `!`, and end the story there.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeGroupRecord } from '../../../src/coordinator/group/records'
import { GroupBench } from '../../support/group-bench'
import { benchDoor } from '../../support/bench-door'
import { type Door, Story } from '../../support/group-story'
import { networkDoor } from '../../support/network-door'

const against = process.env.STORIES_AGAINST
const files = readdirSync(__dirname).filter(name => name.endsWith('.txt'))

test('there are stories', () => {
  expect(files.length).toBeGreaterThan(10)
})

test.each(files)(
  '%s',
  async file => {
    const path = join(__dirname, file)
    const text = readFileSync(path, 'utf8')
    const blocks = text.split(/\n\n+/).filter(block => block.trim() !== '')
    const told: string[] = []
    const prefix = against ? `${Date.now().toString(36)}-` : ''
    const door = against ? await networkDoor(against, prefix) : benchDoor(new GroupBench())
    const story = new Story(door, prefix)
    for (const block of blocks) {
      const lines = block.trimEnd().split('\n')
      const command = lines.find(line => !line.startsWith('#') && line !== '')
      if (command === undefined) {
        told.push(block.trimEnd())
        continue
      }
      const comments = lines.slice(0, lines.indexOf(command))
      if (command.startsWith('!') && !door.bench) {
        told.push(...blocks.slice(told.length).map(each => each.trimEnd()))
        break
      }
      const heard = command.startsWith('!') ? await own(door, command.slice(1)) : await story.tell(command)
      told.push([...comments, command, '----', ...heard].join('\n'))
    }
    await door.close('*')
    const heard = `${told.join('\n\n')}\n`
    if (process.env.UPDATE) writeFileSync(path, heard)
    else expect(heard).toBe(text)
    expect(door.bench?.bugs ?? []).toEqual([])
  },
  120_000,
)

const recordsSeen = new WeakMap<GroupBench, number>()

/** Commands about the broker itself. */
async function own({ bench }: Door, line: string): Promise<string[]> {
  const [command = '', ...words] = line.split(' ')
  switch (command) {
    case 'settings':
      bench!.settings = { ...bench!.settings, ...Object.fromEntries(words.map(word => settingOf(word))) }
      return []
    case 'restart':
      bench!.restart()
      return []
    case 'drop':
      await bench!.deleteTopic(words[0]!)
      return []
    case 'records': {
      const { entries } = bench!.logs[0]!
      const fresh = entries.slice(recordsSeen.get(bench!) ?? 0)
      recordsSeen.set(bench!, entries.length)
      return fresh.map(({ key, value }) => recordLine(key, value))
    }
    default:
      throw new Error(`no command of our own is called ${command}`)
  }
}

function settingOf(word: string): [string, number] {
  const [name = '', value] = word.split('=')
  return [name, Number(value)]
}

function recordLine(key: Buffer, value: Buffer | null): string {
  const record = decodeGroupRecord(key, value)!
  if (record.kind === 'offset') {
    const { group, topic, partition, value: committed } = record
    return `${group} ${topic}:${partition} ${committed ? `${committed.offset} '${committed.metadata}'` : 'forgotten'}`
  }
  if (!record.value) return `${record.group} gone`
  const { generation, protocolType, protocol, members } = record.value
  return `${record.group} generation ${generation} of ${protocolType || 'nothing'}, ${protocol}, ${members.length} members`
}
