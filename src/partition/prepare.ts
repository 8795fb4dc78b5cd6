/**
 * What takes long of a produced batch, before it is appended: threads decompress it and compress it anew, and its records are
 * looked at in pieces. Nothing is refused here: appending does that, in Kafka's order, with what has been found out.
 */
import { eachInPieces } from '../platform/pieces'
import { compressionAt, recordCountAt } from '../protocol/records/batch'
import { decompressedBytesMax, shortlyOpened } from '../protocol/records/compression'
import { type Means, openedBody, recordCostBytes } from '../protocol/records/long-batches'
import { recompressedLong } from '../protocol/records/rebuild'
import { type Body, storedBody } from '../protocol/records/records'
import { checkScanned, type RecordFacts, type RecordRules, refusalOf, Scan } from '../protocol/records/validate'
import { asStored, newCompression, type StoringConfig } from './compression'
import { looksAtRecords } from './inspect'

/** What has been found out of a batch; each gives it, or throws why it could not be found out. */
export interface Prepared {
  /** What `checkRecords` gives. */
  readonly facts?: () => RecordFacts
  /** The batch in the compression of its topic. */
  readonly recompressed?: () => Buffer
}

export interface Preparation {
  readonly config: StoringConfig
  readonly rules: RecordRules
  /** `odradek.produce.check=records`. */
  readonly checksRecords: boolean
}

/** Batches that are written anew are short up to this, records counted. */
const shortCostBytes = 64 * 1024
/** So many records are looked at in a piece. */
const recordsInPiece = 512
/** To step over a record costs less than to make something of it. */
const scanCostBytes = 16

/**
 * Null where nothing takes long that is done when the batch is appended. What is prepared later is looked at meanwhile: then
 * `own` is called at once for a copy that stays as it is. The promise never rejects.
 */
export function prepare(
  batch: Buffer,
  preparation: Preparation,
  means: Means,
  own: () => Buffer,
): Prepared | Promise<Prepared> | null {
  const { config, rules, checksRecords } = preparation
  const rebuild = newCompression(batch, config)
  const isOpened = rebuild !== null || looksAtRecords(batch, checksRecords, rules)
  if (!isOpened || batch.length > config.maxMessageBytes) return null
  const costBytes = batch.length + recordCountAt(batch) * recordCostBytes
  if (compressionAt(batch) === 0 && (rebuild === null || costBytes <= shortCostBytes)) return null
  if (rebuild !== null || costBytes > shortCostBytes) return prepareLong(own(), preparation, means)
  try {
    const opened = openedAtOnce(batch)
    if (!opened) return prepareLong(own(), preparation, means)
    // Nothing that was opened is kept: there may be very many batches in a request.
    const facts = checkScanned(batch, rules, scanned(new Scan(opened, batch, rules)))
    return { facts: () => facts }
  } catch (error) {
    return { facts: thrower(refusalOf(error)) }
  }
}

/** Null where it would become too long. Throws CorruptRecord. */
function openedAtOnce(batch: Buffer): Body | null {
  const { codec, bytes, from, to } = storedBody(batch, 0)
  const opened = shortlyOpened(codec, bytes.subarray(from, to), decompressedBytesMax)
  return opened && { bytes: opened, from: 0, to: opened.length }
}

const thrower = (error: unknown) => (): never => {
  throw error
}

function scanned(scan: Scan): Scan {
  scan.go(Infinity)
  return scan
}

/** One of few at a time. What it keeps is no longer than a batch may be. */
function prepareLong(batch: Buffer, preparation: Preparation, means: Means): Promise<Prepared> {
  return means.opened.run(() => prepareAlone(batch, preparation, means))
}

async function prepareAlone(batch: Buffer, { config, rules }: Preparation, means: Means): Promise<Prepared> {
  const scan = await found(() => scannedLong(batch, rules, means))
  const facts = await found(async () => checkScanned(batch, rules, scan()))
  const rebuild = newCompression(batch, config)
  if (rebuild === null) return { facts }
  const recompressed = await found(async () => {
    const made = await recompressedLong(batch, scan().body, rebuild, means)
    return asStored(batch, config, () => made)
  })
  return { facts, recompressed }
}

async function scannedLong(batch: Buffer, rules: RecordRules, { pieces, codecs }: Means): Promise<Scan> {
  const body = await openedBody(codecs, batch, 0, decompressedBytesMax).catch((error: unknown) => {
    throw refusalOf(error)
  })
  const scan = new Scan(body, batch, rules)
  let goesOn = true
  await eachInPieces(pieces, () => {
    if (!goesOn) return null
    goesOn = scan.go(recordsInPiece)
    return recordsInPiece * scanCostBytes
  })
  return scan
}

async function found<T>(look: () => Promise<T>): Promise<() => T> {
  try {
    const value = await look()
    return () => value
  } catch (error) {
    return thrower(error)
  }
}
