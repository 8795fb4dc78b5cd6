/** What a load generator notes of its own work. */

/** Times between sending and reply, in a histogram of microseconds that costs an index and an addition. */
export class Latencies {
  private readonly counts = new Uint32Array(2_000_000)
  private count = 0

  add(ms: number): void {
    const at = Math.min(this.counts.length - 1, Math.round(ms * 1000))
    this.counts[at] = (this.counts[at] ?? 0) + 1
    this.count++
  }

  quantileMs(q: number): number {
    let left = Math.ceil(this.count * q)
    for (let at = 0; at < this.counts.length; at++) {
      left -= this.counts[at] ?? 0
      if (left <= 0) return at / 1000
    }
    return 0
  }
}

/** Seconds of processor that this process has used. */
export const ownCpu = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
