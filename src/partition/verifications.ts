/**
 * Producers whose transaction a coordinator is asked about, or was, before their first batch of it is appended (KIP-890). While somebody
 * is remembered here, no batch may come in before the first that was tried: one that was refused leaves no gap behind.
 */
import { Refusal } from '../protocol/errors'
import type { ProducerBatch } from './producers'

export type Tried = Pick<ProducerBatch, 'producerId' | 'producerEpoch' | 'firstSequence'>

/** Handed out before the coordinator is asked, and worth nothing once a marker has overtaken it. */
export interface Verification {
  readonly producerId: number
  epoch: number
  /** Of the batches of this epoch that were tried. */
  lowestSequence: number
  /** Whether the producer, when it was first remembered, took a new epoch for each transaction, which begins with sequence 0 then. */
  readonly bumps: boolean
  readonly sinceMs: number
}

/** A peer may name any producer. Who was remembered first is forgotten first, and has to be verified again. */
const rememberedMax = 10_000

export class Verifications {
  readonly #all = new Map<number, Verification>()

  /** For a batch that is about to be verified. */
  begin(batch: Tried, bumps: boolean, nowMs: number): Verification {
    const { producerId, producerEpoch, firstSequence } = batch
    const known = this.#all.get(producerId)
    if (!known) {
      const made = { producerId, epoch: producerEpoch, lowestSequence: firstSequence, bumps, sinceMs: nowMs }
      this.#all.set(producerId, made)
      if (this.#all.size > rememberedMax) this.#all.delete(this.#all.keys().next().value!)
      return made
    }
    if (producerEpoch > known.epoch || (producerEpoch === known.epoch && firstSequence < known.lowestSequence)) {
      known.lowestSequence = firstSequence
    }
    known.epoch = Math.max(known.epoch, producerEpoch)
    return known
  }

  has(verification: Verification): boolean {
    return this.#all.get(verification.producerId) === verification
  }

  /** Throws OUT_OF_ORDER_SEQUENCE_NUMBER for a batch that leaves out one that was tried; `isFirst` when none is remembered. */
  check({ producerId, firstSequence }: ProducerBatch, isFirst: boolean): void {
    const known = this.#all.get(producerId)
    if (!known) return
    const expected = known.bumps && isFirst ? 0 : known.lowestSequence
    if (firstSequence <= expected) return
    const detail = `Producer ${producerId} sends sequence ${firstSequence}, and has tried ${expected} before`
    throw new Refusal('OUT_OF_ORDER_SEQUENCE_NUMBER', detail)
  }

  /** Its transaction is open now, or over. */
  forget(producerId: number): void {
    this.#all.delete(producerId)
  }

  expire(beforeMs: number): void {
    for (const [producerId, { sinceMs }] of this.#all) if (sinceMs < beforeMs) this.#all.delete(producerId)
  }
}
