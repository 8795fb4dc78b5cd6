/**
 * What a checksum costs, by each implementation that loads here.
 *
 *     node scripts/run.js bench/crc.ts [MiB per measurement, default 1024]
 */
import { implementations } from '../src/protocol/records/crc32c'

const totalBytes = Number(process.argv[2] ?? 1024) * 1024 * 1024

for (const [name, load] of Object.entries(implementations)) {
  let crc: ReturnType<typeof load>
  try {
    crc = load()
  } catch {
    process.stdout.write(`${name.padEnd(12)} does not load here\n`)
    continue
  }
  for (const bytes of [1024, 16 * 1024, 1024 * 1024]) {
    const buffer = Buffer.alloc(bytes, 7)
    const count = Math.ceil(totalBytes / bytes)
    for (let warm = 0; warm < Math.min(count, 1000); warm += 1) crc(buffer, 0, bytes)
    const began = performance.now()
    for (let at = 0; at < count; at += 1) crc(buffer, 0, bytes)
    const ms = performance.now() - began
    const each = `${((ms * 1e6) / count).toFixed(0)} ns`.padStart(12)
    const speed = `${((count * bytes) / ms / 1e6).toFixed(1)} GB/s`.padStart(12)
    process.stdout.write(`${name.padEnd(12)}${String(bytes).padStart(8)}${each}${speed}\n`)
  }
}
