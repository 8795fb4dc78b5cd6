/** `odradek log check` and `odradek log repair`: damaged logs of a broker that is stopped. */
import { basename, resolve } from 'node:path'
import type { Platform } from '../../platform/platform'
import type { Process } from '../../platform/process'
import { DirectoryRefused } from '../../storage/fault'
import type { CheckedLog } from '../../storage/segments/damage'
import { OfflineLogs } from '../../storage/segments/offline'
import { refusedDirectory } from '../refusals'
import { type LogAsked, readLogLine } from './flags'
import { begunIn, damageIn, gapIn, goneIn, repairedIn, setAsideIn, soundIn, strayIn } from './words'

/** Ends the process: 0 all is well, 1 something is damaged or could not be done, 2 the command line was not understood. */
export async function logCommand(argv: readonly string[], process: Process, platform: Platform): Promise<void> {
  const asked = readLogLine(argv, process.env)
  if (typeof asked === 'string') {
    process.complain(`odradek: ${asked} (odradek log --help)`)
    return process.exit(2)
  }
  const dataDir = resolve(process.workingDir, asked.dataDir)
  process.stay()
  try {
    const logs = await OfflineLogs.open(platform, dataDir)
    try {
      process.exit(await run(logs, { ...asked, dataDir }, process))
    } finally {
      await logs.close()
    }
  } catch (error) {
    // What a disk says against it is no DirectoryRefused once the directory is open.
    const { lines, exitCode } =
      error instanceof DirectoryRefused
        ? refusedDirectory(error, { process, files: platform.files })
        : { lines: [`${dataDir}: ${(error as Error).message}`], exitCode: 1 }
    for (const line of lines) process.complain(`odradek: ${line}`)
    process.exit(exitCode)
  }
}

async function run(logs: OfflineLogs, asked: LogAsked, process: Process): Promise<0 | 1> {
  const unknown = asked.logs.filter(name => !logs.all.includes(name))
  if (unknown.length > 0) {
    process.complain(`odradek: ${asked.dataDir} has no log ${unknown.join(', ')}. Nothing was changed.`)
    return 1
  }
  const damaged: string[] = []
  let isBad = false
  for (const name of asked.logs.length > 0 ? asked.logs : logs.all) {
    const checked = await logs.check(name)
    if (asked.verb === 'repair') await repair(logs, name, checked, asked, process)
    else tell(name, checked, asked, process)
    const { damages, gaps, strays, isGone } = checked
    if (asked.verb === 'repair') isBad ||= isUndecided(checked)
    else isBad ||= isGone || damages.length + gaps.length + strays.length > 0
    const isMendable = isGone || (damages.length + strays.length > 0 && !isUndecided(checked))
    if (asked.verb === 'check' && isMendable) damaged.push(name)
  }
  if (damaged.length > 0 && !asked.json) {
    process.print(
      `Every record that is not told to be lost is kept by: odradek log repair --data-dir ${asked.dataDir} ${damaged.join(' ')}`,
    )
  }
  return isBad ? 1 : 0
}

/** Whether somebody has to look at two files first. */
const isUndecided = ({ strays }: CheckedLog): boolean => strays.some(({ reachesFurther }) => reachesFurther)

function tell(name: string, checked: CheckedLog, { json }: LogAsked, process: Process): void {
  if (json) return process.print(JSON.stringify({ log: name, ...checked }))
  if (checked.isGone) return process.print(goneIn(name, checked))
  for (const gap of checked.gaps) process.print(gapIn(name, gap))
  for (const stray of checked.strays) process.print(strayIn(name, stray))
  const { damages, gaps, strays } = checked
  if (damages.length + gaps.length + strays.length === 0) return process.print(soundIn(name, checked))
  for (const damage of damages) process.print(damageIn(name, damage))
}

async function repair(
  logs: OfflineLogs,
  name: string,
  checked: CheckedLog,
  { json }: LogAsked,
  process: Process,
): Promise<void> {
  const copies = await logs.mend(name, checked)
  if (json) return process.print(JSON.stringify({ log: name, ...checked, copies: copies.map(path => basename(path)) }))
  if (checked.isGone) return process.print(begunIn(name, checked))
  for (const gap of checked.gaps) process.print(gapIn(name, gap))
  if (isUndecided(checked)) {
    for (const stray of checked.strays) process.complain(strayIn(name, stray))
    return process.complain(`${name}  was left as it is.`)
  }
  if (checked.damages.length + checked.strays.length === 0) {
    if (checked.gaps.length === 0) process.print(soundIn(name, checked))
    return
  }
  for (const stray of checked.strays) process.print(setAsideIn(name, stray))
  for (const damage of checked.damages) process.print(repairedIn(name, damage))
  process.print(
    `${name}  as it was: ${copies.map(path => basename(path)).join(', ')}, to be removed when nobody wants it any more`,
  )
}
