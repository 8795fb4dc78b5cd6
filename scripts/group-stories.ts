/**
 * Random stories about groups, told to a broker over the network and to our coordinator in a simulated world: five clients
 * of every age, two of them static, join, sync, leave, commit and start again, each on a connection of its own.
 *
 *     node scripts/run.js scripts/group-stories.ts --against 127.0.0.1:29092 [--seed 1] [--count 48]
 *
 * The broker is the judge: an Apache Kafka started with group.initial.rebalance.delay.ms=0. Which of the remaining members
 * leads after a leader left is left out of the comparison, since Kafka lets the hashes of random ids decide it. Calls that
 * are sent at once on several connections may overtake each other; a difference that does not show up again was that.
 */
import { parseArgs } from 'node:util'
import { Dice } from '../src/platform/simulated/dice'
import { benchDoor } from '../test/support/bench-door'
import { GroupBench } from '../test/support/group-bench'
import { type Door, Story } from '../test/support/group-story'
import { networkDoor } from '../test/support/network-door'

const names = ['ann', 'bob', 'cat', 'dan', 'eve']
const commandsPerStory = 34
/** Told at a time: each is mostly waiting. */
const atOnce = 12

function randomStory(seed: number): string[] {
  const dice = new Dice(`story ${seed}`)
  const of = <T>(...list: T[]): T => list[Math.floor(dice.next() * list.length)]!
  return Array.from({ length: commandsPerStory }, (_, nth) => randomCommand(dice, of, nth))
}

function randomCommand(dice: Dice, of: <T>(...list: T[]) => T, nth: number): string {
  const who = of(...names)
  const isStatic = who === 'dan' || who === 'eve'
  const usual = who === 'dan' ? 'i1' : 'i2'
  const instance = isStatic ? ` instance=${of('i1', usual, usual)}` : ''
  const id = dice.next() < 0.15 ? ` id=${of('-', 'ghost', `${who}#1`, `${who}#2`)}` : ''
  const as = `${instance}${id}`
  const sort = dice.next() * 100
  if (sort < 34) {
    const version = isStatic ? of(5, 6, 7, 8, 9, 9) : of(0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9)
    const offer = `protocols=${of('range', 'range', 'range,sticky', 'sticky,range', 'sticky')} topics=${of('t', 't', 't,u')}`
    return `join ${who} v=${version}${as} session=30000 rebalance=60000 ${offer}`
  }
  if (sort < 58) {
    const assign = names.map(name => `${name}:${name}${nth}`).join(',')
    return `sync ${who} v=${isStatic ? of(3, 4, 5) : of(0, 1, 2, 3, 4, 5)}${as} assign=${assign} protocol=${of('range', 'range', 'sticky')}`
  }
  if (sort < 68) return `heartbeat ${who} v=${isStatic ? of(3, 4) : of(0, 1, 2, 3, 4)}${as}`
  if (sort < 76) {
    if (isStatic && dice.next() < 0.5) return `leave admin instances=${of('i1', 'i2')} v=${of(3, 4, 5)}`
    return `leave ${who} v=${isStatic ? of(3, 4, 5) : of(0, 1, 2, 3, 4, 5)}${as}`
  }
  if (sort < 84) {
    const simple = dice.next() < 0.25 ? ' simple=1' : ''
    return `commit ${who} v=${isStatic ? of(7, 8, 9) : of(2, 5, 6, 9)}${as} t:${of(0, 1, 2)}=${nth} u:0=${nth}${simple}`
  }
  if (sort < 92) return `describe admin v=${of(4, 5, 6)}`
  return of('fetch admin v=8', 'list admin', 'forget admin t:0 u:0', 'delete admin v=2')
}

async function tell(door: Door, prefix: string, lines: readonly string[]): Promise<string[]> {
  const story = new Story(door, prefix)
  const told: string[] = []
  for (const line of lines) {
    const heard = [line, ...(await story.tell(line))].join('\n    ')
    // Ids that a story has not learnt, because the reply that tells them has not come.
    told.push(heard.replace(/-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '-...'))
  }
  await door.close('*')
  return told
}

const withoutLeader = (told = ''): string => told.replace(/leader=\S+/g, '').replace(/members=\[.*?\]/g, '')

/** What differs, as text; null when nothing does. */
async function compare(against: string, seed: number): Promise<string | null> {
  const lines = randomStory(seed)
  const prefix = `r${process.hrtime.bigint().toString(36)}-`
  const theirs = await tell(await networkDoor(against, prefix), prefix, lines)
  const ours = await tell(benchDoor(new GroupBench()), '', lines)
  const at = ours.findIndex((told, nth) => told !== theirs[nth])
  // From where the leaders differ on, two stories may well go two ways.
  if (at < 0 || withoutLeader(ours[at]) === withoutLeader(theirs[at])) return null
  return [`seed ${seed}, command ${at}`, ...ours.slice(0, at), `OURS ${ours[at]}`, `THEIRS ${theirs[at]}`].join('\n  ')
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      against: { type: 'string' },
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '48' },
    },
  })
  if (values.against === undefined) throw new Error('--against HOST:PORT says which broker judges')
  const seeds = Array.from({ length: Number(values.count) }, (_, nth) => Number(values.seed) + nth)
  let differing = 0
  while (seeds.length > 0) {
    const found = await Promise.all(seeds.splice(0, atOnce).map(seed => compare(values.against!, seed)))
    for (const difference of found) {
      if (difference === null) continue
      differing += 1
      process.stdout.write(`${difference}\n\n`)
    }
  }
  process.stdout.write(`${values.count} stories from seed ${values.seed} on, ${differing} of them differ\n`)
  process.exitCode = differing === 0 ? 0 : 1
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exitCode = 1
})
