/** What `odradek log` says of a log, in a line each. */
import type { CheckedLog, Damage, Gap } from '../../storage/segments/damage'
import { segmentFileName } from '../../storage/segments/layout'
import { sayingOf, type Stray } from '../../storage/segments/strays'

const counted = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

export function soundIn(name: string, checked: CheckedLog): string {
  const { segments, sizeBytes, startOffset, endOffset, tornBytes, oldSegment } = checked
  const size = `${counted(segments.length)} segment${segments.length === 1 ? '' : 's'}, ${counted(sizeBytes)} bytes`
  const offsets = endOffset > startOffset ? `, offsets ${startOffset} to ${endOffset - 1}` : ''
  const torn = tornBytes > 0 ? `; the next start cuts off ${counted(tornBytes)} bytes that a crash left at its end` : ''
  const old =
    oldSegment === null
      ? ''
      : `; not looked into from ${segmentFileName(oldSegment, 'log')} on, of before Kafka 0.11, until a broker has started on it`
  return `${name}  ok: ${size}${offsets}${torn}${old}`
}

export const damageIn = (name: string, damage: Damage): string =>
  `${name}  DAMAGED: ${counted(damage.sizeBytes)} bytes of ${placeOf(damage)}: ${lossOf(damage)}`

export const repairedIn = (name: string, damage: Damage): string =>
  `${name}  repaired: ${counted(damage.sizeBytes)} bytes taken out of ${placeOf(damage)}: ${lossOf(damage)}`

export const gapIn = (name: string, { before, ...lost }: Gap): string =>
  `${name}  GAP: no segment goes up to ${segmentFileName(before, 'log')}, so one was lost or emptied: ${lossOf(lost)}`

export const goneIn = (name: string, { startOffset: fromOffset, endOffset: toOffset }: CheckedLog): string =>
  `${name}  GONE: there is no such directory: ${lossOf({ fromOffset, toOffset })}; put it back from a copy, if there is one`

export const begunIn = (name: string, { startOffset: fromOffset, endOffset: toOffset }: CheckedLog): string =>
  `${name}  repaired: begins anew at offset ${toOffset}: ${lossOf({ fromOffset, toOffset })}`

export const strayIn = (name: string, stray: Stray): string => `${name}  STRAY: ${fileOf(stray)} ${sayingOf(stray)}`

export const setAsideIn = (name: string, stray: Stray): string => `${name}  put aside: ${fileOf(stray)}`

const fileOf = ({ segment, sizeBytes }: Stray): string =>
  `${segmentFileName(segment, 'log')} (${counted(sizeBytes)} bytes)`

const placeOf = ({ segment, position }: Damage): string =>
  `${segmentFileName(segment, 'log')} at byte ${counted(position)}`

function lossOf({ fromOffset, toOffset }: Pick<Damage, 'fromOffset' | 'toOffset'>): string {
  if (toOffset <= fromOffset) return 'no offset is lost'
  return toOffset - 1 === fromOffset
    ? `offset ${fromOffset} is lost`
    : `offsets ${fromOffset} to ${toOffset - 1} are lost`
}
