/** Waiting for what another process will bring about, with an end. */
import { sleep } from '../judge/process'

const timeoutMs = 120_000

/** Resolves when it is so; rejects with `what` when it is not after two minutes. */
export async function eventually(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const began = performance.now(); performance.now() - began < timeoutMs; await sleep(100)) {
    if (await isSo()) return
  }
  throw new Error(`no ${what} within ${timeoutMs / 1000} s`)
}
